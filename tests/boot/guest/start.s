.section .text.start
.globl _start
_start:
  la sp, top
  call main
.bss
.balign 16
.space 16384
top:
