# No handler can be entered: the core shuts down.
        .include "long.asm"
begin64: lidt none_there(%rip)
        ud2
none_there: .word 0
        .quad 0
