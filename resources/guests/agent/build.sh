#!/bin/sh
# Builds the guest's agent for each architecture; needed only after its source was changed (a test compares the hash that is
# built in).
set -e
cd "$(dirname "$0")"
hash=$(cat system.h messages.h commands.h streams.h port.h agent.c | sha256sum | cut -c1-64)
build() {
  program=$1
  shift
  "$@" -std=c11 -O2 -Wall -Wextra -ffreestanding -fno-pic -no-pie -fno-stack-protector \
    -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables -nostdlib -static -Wl,--build-id=none -s \
    "-DSOURCE_HASH=\"$hash\"" -o "$program" agent.c
}
build agent-riscv64 riscv64-linux-gnu-gcc -march=rv64gc
build agent-amd64 x86_64-linux-gnu-gcc -march=x86-64 -mgeneral-regs-only -Wl,-z,noseparate-code
