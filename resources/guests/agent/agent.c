/*
 * The guest's end of `viv run --run` and `viv exec`: runs commands for the host over one virtio console port, several at
 * a time, each with standard input, output and error of its own or a pseudo-terminal. main/exec/messages.ts has the
 * host's end and describes the messages.
 *
 * Every stream has a window: nothing is read from a command that the host has no room for, and the host sends no more
 * input than fits into the command's ring here. A slow reader therefore slows its own command, and nothing else.
 *
 * Built into agent-riscv64 and agent-amd64 by build.sh; the programs are part of the guest kit, so a user needs no compiler for the guest.
 */
#include "port.h"
#include "streams.h"

static void reset(const u8 *nonce) {
  for (int i = 0; i < COMMANDS; i++) if (commands[i].used) hang_up(&commands[i]);
  text_length = incoming_length = outgoing_length = 0;
  u8 hello[sizeof magic + 8];
  memcpy(hello, magic, sizeof magic);
  memcpy(hello + sizeof magic, nonce, 8);
  put(HELLO, 0, 0, hello, sizeof hello);
}

static void console_size(const u16 *size) {
  int console = open("/dev/console", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (console < 0) return;
  set_size(console, size[0], size[1]);
  close(console);
}

static void heed(const struct header *head, const u8 *payload) {
  struct command *command = find(head->channel);
  u32 value[2] = { 0, 0 };
  u16 size[2];
  memcpy(value, payload, head->length < sizeof value ? head->length : sizeof value);
  memcpy(size, value, sizeof size);
  if (head->kind == COMMAND_TEXT) {
    if (text_length + head->length > TEXT) return;
    memcpy(text + text_length, payload, head->length);
    text_length += head->length;
  } else if (head->kind == START) {
    struct start start;
    if (command || head->length != sizeof start) return;
    memcpy(&start, payload, sizeof start);
    start_command(head->channel, head->detail, &start);
  } else if (head->kind == SIZE && head->channel == CONSOLE_CHANNEL) console_size(size);
  else if (head->kind == POWER_OFF) {
    call(SYS_sync, 0, 0, 0, 0, 0);
    call(SYS_reboot, REBOOT_MAGIC, REBOOT_MAGIC_2, REBOOT_POWER_OFF, 0, 0);
  } else if (head->kind == PING) put(PONG, 0, head->channel, 0, 0);
  else if (!command) return;
  else if (head->kind == INPUT) add_input(command, payload, head->length);
  else if (head->kind == INPUT_END) end_input(command);
  else if (head->kind == WINDOW && (head->detail == 1 || head->detail == 2)) command->window[head->detail - 1] += value[0];
  else if (head->kind == SIGNAL && !command->exited) kill(-command->pid, head->detail);
  else if (head->kind == SIZE && command->is_terminal && command->output[0] >= 0) set_size(command->output[0], size[0], size[1]);
  else if (head->kind == HANG_UP) hang_up(command);
}

/* @returns whether there may be more */
static int read_port(void) {
  u8 *fresh = incoming + incoming_length;
  long count = read(port, fresh, sizeof incoming - incoming_length);
  if (count <= 0) return 0;
  /* The host sends each message as one buffer. This one is heeded in any state: after a snapshot was restored, the
     messages before it were another host's and may have been cut. */
  struct header head;
  if (count == HEADER + sizeof magic + 8 && fresh[0] == RESET && same(fresh + HEADER, magic, sizeof magic)) {
    u8 nonce[8];
    memcpy(nonce, fresh + HEADER + sizeof magic, sizeof nonce);
    reset(nonce);
    return 1;
  }
  incoming_length += count;
  u32 at = 0;
  for (; incoming_length - at >= HEADER; at += HEADER + head.length) {
    memcpy(&head, incoming + at, HEADER);
    if (head.kind == 0 || head.kind > PING || head.length > MESSAGE - HEADER) {
      at = incoming_length;
      break;
    }
    if (incoming_length - at < HEADER + head.length) break;
    heed(&head, incoming + at + HEADER);
  }
  incoming_length -= at;
  for (u32 i = 0; i < incoming_length; i++) incoming[i] = incoming[at + i];
  return 1;
}

static int wants(struct pollfd *polled, int fd, short events) {
  *polled = (struct pollfd){ events ? fd : -1, events, 0 };
  return events != 0;
}

static void wait_for_work(void) {
  struct pollfd polled[2 + 3 * COMMANDS];
  wants(&polled[0], port, (is_congested() ? 0 : POLLIN) | (outgoing_length > 0 ? POLLOUT : 0));
  wants(&polled[1], children, POLLIN);
  struct timespec second = { 1, 0 };
  int count = 2, closing = 0;
  for (int i = 0; i < COMMANDS; i++) {
    struct command *command = &commands[i];
    if (!command->used) continue;
    if (command->closes_at) closing = 1;
    if (command->input >= 0 && command->count > 0) count += wants(&polled[count], command->input, POLLOUT);
    for (int stream = 0; stream < 2; stream++)
      if (command->output[stream] >= 0 && (command->closes_at || (command->window[stream] > 0 && outgoing_length == 0)))
        count += wants(&polled[count], command->output[stream], POLLIN);
  }
  call(SYS_ppoll, (long)polled, count, closing ? (long)&second : 0, 0, 8);
  if (polled[1].revents) child_news = 1;
}

static void work(void) {
  for (int messages = 0; messages < 64 && !is_congested() && read_port(); messages++);
  reap();
  for (int i = 0; i < COMMANDS; i++) {
    struct command *command = &commands[i];
    if (!command->used) continue;
    if (command->input >= 0 && command->count > 0) write_input(command);
    flush_outgoing();
    for (int stream = 0; stream < 2; stream++)
      for (int chunks = 0; chunks < 8 && read_output(command, stream); chunks++);
    finish_when_done(command);
  }
  flush_outgoing();
}

__attribute__((used, noreturn)) void agent(void) {
  usize blocked = 1ul << (SIGCHLD - 1) | 1ul << (SIGPIPE - 1), watched = 1ul << (SIGCHLD - 1);
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&blocked, 0, sizeof blocked, 0);
  write_file("/proc/self/oom_score_adj", "-1000", 5);
  children = call(SYS_signalfd4, -1, (long)&watched, sizeof watched, O_NONBLOCK | O_CLOEXEC, 0);
  name_streams();
  port = await_port();
  for (;;) {
    work();
    wait_for_work();
  }
}

#ifdef __riscv
__asm__(".globl _start\n_start:\n.option push\n.option norelax\nla gp, __global_pointer$\n.option pop\nandi sp, sp, -16\ncall agent\n");
#else
__asm__(".globl _start\n_start:\nxor %ebp, %ebp\nand $-16, %rsp\ncall agent\n");
#endif
