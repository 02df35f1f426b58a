#!/bin/sh
# Builds the guest's agent; needed only after its source was changed (a test compares the hash that is built in).
set -e
cd "$(dirname "$0")"
hash=$(cat system.h messages.h commands.h streams.h port.h agent.c | sha256sum | cut -c1-64)
${CC:-riscv64-linux-gnu-gcc} -std=c11 -O2 -Wall -Wextra -march=rv64gc -ffreestanding -fno-pic -no-pie -fno-stack-protector \
  -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables -nostdlib -static -Wl,--build-id=none -s \
  "-DSOURCE_HASH=\"$hash\"" -o agent-riscv64 agent.c
