#!/bin/sh
# Builds hello-amd64.elf; needed only after hello-amd64.c was changed (a test compares the hash that is built in).
set -e
cd "$(dirname "$0")"
hash=$(sha256sum < hello-amd64.c | cut -c1-64)
printf '__attribute__((used)) static const char source[] = "source %s";\n' "$hash" |
  x86_64-linux-gnu-gcc -std=c11 -O2 -Wall -Wextra -march=x86-64 -mgeneral-regs-only -mno-red-zone -ffreestanding -fno-pic -no-pie \
    -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none -fno-tree-loop-distribute-patterns -nostdlib -static \
    -Wl,--build-id=none -Wl,-z,noseparate-code -Wl,-Ttext-segment=0x200000 -s -o hello-amd64.elf -include hello-amd64.c -x c -
