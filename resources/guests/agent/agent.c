/*
 * The guest's end of `viv run --run` and `viv exec`: runs commands for the host over one virtio console port, several at
 * a time, each with standard input, output and error of its own or a pseudo-terminal. main/exec/messages.ts has the
 * host's end and describes the messages.
 *
 * Every stream has a window: nothing is read from a command that the host has no room for, and the host sends no more
 * input than fits into the command's ring here. A slow reader therefore slows its own command, and nothing else.
 *
 * Built into agent-riscv64 by build.sh; the program is part of the guest kit, so a user needs no compiler for the guest.
 */
#include "system.h"

enum { COMMANDS = 12, RING = 65536, MESSAGE = 4096, HEADER = 8, CHUNK = 32768, TEXT = 131072, CONSOLE_CHANNEL = 0xffff };

/* Host to guest. */
enum { RESET = 1, COMMAND_TEXT = 2, START = 3, INPUT = 4, INPUT_END = 5, WINDOW = 6, SIGNAL = 7, SIZE = 8, HANG_UP = 9, POWER_OFF = 10, PING = 11 };
/* Guest to host. */
enum { HELLO = 1, OUTPUT = 2, ENDED = 3, CREDIT = 4, INPUT_CLOSED = 5, PONG = 6 };
/* Flags of START. */
enum { TERMINAL = 1, ERRORS_APART = 2 };

static const char magic[16] = "vivarium.exec 1\n";
static const char source_hash[] __attribute__((used)) = "source " SOURCE_HASH;

struct header { u8 kind, detail; u16 channel; u32 length; };
struct start { u32 window[2]; u16 columns, rows; char terminal[64]; };

struct command {
  int used, channel, pid, status, exited, is_terminal;
  /* Standard input; output and error. -1 when closed. With a terminal, 0 and 1 are its master. */
  int input, output[2];
  u32 window[2];
  /* Input that the command has not taken yet, and how much it has taken that the host does not know of. */
  u32 first, count, unreported;
  int input_ended;
  u8 last_input;
  long kills_before;
  u8 ring[RING];
};

static struct command commands[COMMANDS];
static char text[TEXT + 1];
static u32 text_length;
static u8 incoming[2 * MESSAGE];
static u32 incoming_length;
static u8 outgoing[2 * CHUNK + 4096] __attribute__((aligned(8)));
static u32 outgoing_length;
static int port, children, child_news;

/* --- Messages to the host --- */

static void flush_outgoing(void) {
  u32 sent = 0;
  while (sent < outgoing_length) {
    long count = write(port, outgoing + sent, outgoing_length - sent);
    if (count <= 0) break;
    sent += count;
  }
  if (sent == 0) return;
  outgoing_length -= sent;
  for (u32 i = 0; i < outgoing_length; i++) outgoing[i] = outgoing[sent + i];
}

static void put_header(u8 kind, u8 detail, int channel, u32 length) {
  struct header head = { kind, detail, channel, length };
  memcpy(outgoing + outgoing_length, &head, HEADER);
  outgoing_length += HEADER;
}
static void put(u8 kind, u8 detail, int channel, const void *payload, u32 length) {
  put_header(kind, detail, channel, length);
  memcpy(outgoing + outgoing_length, payload, length);
  outgoing_length += length;
}
/* Small messages always fit: the port is not read while more than this waits. */
static int is_congested(void) { return outgoing_length > 2 * CHUNK; }

/* --- What the kernel has killed for want of memory --- */

static long out_of_memory_kills(void) {
  static char facts[16384];
  int file = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
  usize length = 0;
  for (long count; file >= 0 && (count = read(file, facts + length, sizeof facts - 1 - length)) > 0;) length += count;
  if (file >= 0) close(file);
  facts[length] = 0;
  for (usize at = 0; at + 9 < length; at++) {
    if ((at > 0 && facts[at - 1] != '\n') || !same(facts + at, "oom_kill ", 9)) continue;
    long number = 0;
    for (at += 9; facts[at] >= '0' && facts[at] <= '9'; at++) number = number * 10 + facts[at] - '0';
    return number;
  }
  return 0;
}

/* --- Commands --- */

static struct command *find(int channel) {
  for (int i = 0; i < COMMANDS; i++)
    if (commands[i].used && commands[i].channel == channel) return &commands[i];
  return 0;
}

static void shut(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}
static void shut_input(struct command *command) {
  /* A terminal's master is also its output. */
  if (command->is_terminal) command->input = -1;
  else shut(&command->input);
  command->count = 0;
}
static void shut_output(struct command *command, int stream) {
  if (command->is_terminal && stream == 0) shut_input(command);
  shut(&command->output[stream]);
}
static void forget(struct command *command) {
  shut_input(command);
  shut_output(command, 0);
  shut_output(command, 1);
  command->used = 0;
}
/* The client has gone: as when a connection drops. */
static void hang_up(struct command *command) {
  if (!command->exited) {
    kill(-command->pid, SIGHUP);
    kill(-command->pid, SIGCONT);
  }
  forget(command);
}

static void write_file(const char *path, const char *content, usize length) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  write(file, content, length);
  close(file);
}

static void set_size(int fd, u16 columns, u16 rows) {
  struct winsize size = { rows, columns, 0, 0 };
  ioctl(fd, TIOCSWINSZ, &size);
}

/* The master of a new pseudo-terminal; the other end in *slave. */
static int open_terminal(int *slave, const struct start *start) {
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (master < 0) {
    call(SYS_mkdirat, AT_FDCWD, (long)"/dev/pts", 0755, 0, 0);
    call(SYS_mount, (long)"devpts", (long)"/dev/pts", (long)"devpts", 0, (long)"mode=620,ptmxmode=666");
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0) return -1;
  }
  int locked = 0;
  ioctl(master, TIOCSPTLCK, &locked);
  *slave = ioctl(master, TIOCGPTPEER, (void *)(long)(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (*slave < 0) {
    close(master);
    return -1;
  }
  struct termios modes;
  if (ioctl(*slave, TCGETS, &modes) >= 0) {
    modes.input |= IUTF8;
    ioctl(*slave, TCSETS, &modes);
  }
  if (start->columns && start->rows) set_size(*slave, start->columns, start->rows);
  return master;
}

__attribute__((noreturn)) static void become(const int ends[3], int is_terminal, const struct start *start) {
  static char term[5 + sizeof start->terminal] = "TERM=";
  char *shell[] = { "/bin/sh", "-c", text, 0 }, *login[] = { "-sh", 0 };
  char *environment[] = { "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh", "PATH=/usr/local/bin:/bin", term, 0 };
  memcpy(term + 5, start->terminal, sizeof start->terminal - 1);
  if (!term[5]) environment[5] = 0;
  call(SYS_setsid, 0, 0, 0, 0, 0);
  for (int fd = 0; fd < 3; fd++) call(SYS_dup3, ends[fd], fd, 0, 0, 0);
  if (is_terminal) ioctl(0, TIOCSCTTY, 0);
  usize none = 0;
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof none, 0);
  write_file("/proc/self/oom_score_adj", "0", 1);
  call(SYS_chdir, (long)"/root", 0, 0, 0, 0);
  call(SYS_execve, (long)"/bin/sh", (long)(text_length ? shell : login), (long)environment, 0, 0);
  static const char message[] = "vivarium: the guest's /bin/sh cannot be run\n";
  write(2, message, sizeof message - 1);
  leave(126);
}

/* Makes the ends of a command's streams: ours in the command, its own in `ends`. @returns 0 when there are none left */
static int make_streams(struct command *command, int ends[3], u8 flags, const struct start *start) {
  command->input = command->output[0] = command->output[1] = -1;
  ends[0] = ends[1] = ends[2] = -1;
  command->is_terminal = (flags & TERMINAL) != 0;
  if (command->is_terminal) {
    int master = open_terminal(&ends[0], start);
    if (master < 0) return 0;
    command->input = command->output[0] = master;
    ends[1] = ends[2] = ends[0];
  }
  for (int fd = 0; fd < 3; fd++) {
    if (command->is_terminal && !(fd == 2 && (flags & ERRORS_APART))) continue;
    int pair[2];
    if (call(SYS_pipe2, (long)pair, O_CLOEXEC, 0, 0, 0) < 0) return 0;
    int own = fd == 0 ? pair[1] : pair[0];
    call(SYS_fcntl, own, F_SETFL, O_NONBLOCK | (fd == 0 ? O_WRONLY : O_RDONLY), 0, 0);
    if (fd == 0) command->input = own;
    else command->output[fd - 1] = own;
    ends[fd] = fd == 0 ? pair[0] : pair[1];
  }
  return 1;
}

static void start_command(int channel, u8 flags, const struct start *start) {
  struct command *command = 0;
  for (int i = 0; i < COMMANDS && !command; i++) if (!commands[i].used) command = &commands[i];
  static const u8 refused[4] = { 126, 0, 0, 1 };
  if (!command) return put(ENDED, 0, channel, refused, sizeof refused);
  memset(command, 0, __builtin_offsetof(struct command, ring));
  command->used = 1;
  command->channel = channel;
  command->window[0] = start->window[0];
  command->window[1] = start->window[1];
  command->kills_before = out_of_memory_kills();
  int ends[3];
  text[text_length] = 0;
  command->pid = make_streams(command, ends, flags, start) ? call(SYS_clone, SIGCHLD, 0, 0, 0, 0) : -1;
  if (command->pid == 0) become(ends, command->is_terminal, start);
  text_length = 0;
  for (int fd = 0; fd < 3; fd++) if (ends[fd] >= 0 && (fd == 0 || ends[fd] != ends[0])) close(ends[fd]);
  if (command->pid < 0) {
    forget(command);
    return put(ENDED, 0, channel, refused, sizeof refused);
  }
  u32 room = RING;
  put(CREDIT, 0, channel, &room, sizeof room);
}

/* --- Input --- */

static void report_taken(struct command *command) {
  if (command->unreported == 0 || (command->count > 0 && command->unreported < RING / 4)) return;
  put(CREDIT, 0, command->channel, &command->unreported, sizeof(u32));
  command->unreported = 0;
}

static void input_is_closed(struct command *command) {
  shut_input(command);
  put(INPUT_CLOSED, 0, command->channel, 0, 0);
}

static void write_input(struct command *command) {
  while (command->count > 0) {
    u32 straight = RING - command->first;
    if (straight > command->count) straight = command->count;
    long count = write(command->input, command->ring + command->first, straight);
    if (count == -EAGAIN || count == -EINTR) break;
    if (count <= 0) return input_is_closed(command);
    command->first = (command->first + count) % RING;
    command->count -= count;
    command->unreported += count;
  }
  if (command->count == 0) command->first = 0;
  report_taken(command);
  if (command->count == 0 && command->input_ended) shut_input(command);
}

static void add_input(struct command *command, const u8 *bytes, u32 count) {
  if (command->input < 0 || command->input_ended || count == 0) return;
  command->last_input = bytes[count - 1];
  if (command->count == 0) {
    long written = write(command->input, bytes, count);
    if (written < 0 && written != -EAGAIN && written != -EINTR) return input_is_closed(command);
    if (written > 0) {
      command->unreported += written;
      bytes += written;
      count -= written;
    }
  }
  /* More than the ring holds comes only from a host that ignores its window. */
  while (count > 0 && command->count < RING) {
    u32 at = (command->first + command->count) % RING, straight = RING - command->count;
    if (straight > RING - at) straight = RING - at;
    if (straight > count) straight = count;
    memcpy(command->ring + at, bytes, straight);
    command->count += straight;
    bytes += straight;
    count -= straight;
  }
  report_taken(command);
}

static void end_input(struct command *command) {
  if (command->input < 0 || command->input_ended) return;
  if (command->is_terminal) {
    /* At the beginning of a line one end-of-file character ends the input; after a started line it takes two. */
    static const u8 ends[2] = { 4, 4 };
    int started = command->last_input != 0 && command->last_input != '\n' && command->last_input != '\r';
    add_input(command, ends, started ? 2 : 1);
  }
  command->input_ended = 1;
  if (command->count == 0) shut_input(command);
}

/* --- Output and the end --- */

/* @returns whether there may be more */
static int read_output(struct command *command, int stream) {
  int *fd = &command->output[stream];
  u32 most = CHUNK - HEADER;
  if (*fd < 0 || command->window[stream] == 0 || outgoing_length > 0) return 0;
  if (most > command->window[stream]) most = command->window[stream];
  long count = read(*fd, outgoing + HEADER, most);
  if (count == -EINTR) return 1;
  if (count == -EAGAIN) {
    /* What a command wrote before its end has been read; what it left running is not waited for. */
    if (command->exited) shut_output(command, stream);
    return 0;
  }
  if (count <= 0) {
    shut_output(command, stream);
    return 0;
  }
  put_header(OUTPUT, stream + 1, command->channel, count);
  outgoing_length += count;
  command->window[stream] -= count;
  flush_outgoing();
  return 1;
}

static void finish_when_done(struct command *command) {
  if (!command->exited || command->output[0] >= 0 || command->output[1] >= 0) return;
  u8 signal = command->status & 0x7f, code = command->status >> 8 & 0xff;
  int killed = signal == SIGKILL || code == 128 + SIGKILL;
  u8 end[4] = { code, signal, killed && out_of_memory_kills() > command->kills_before, 0 };
  put(ENDED, 0, command->channel, end, sizeof end);
  forget(command);
}

static void reap(void) {
  u8 ignored[512];
  if (!child_news) return;
  child_news = 0;
  while (read(children, ignored, sizeof ignored) > 0);
  int status;
  for (long pid; (pid = call(SYS_wait4, -1, (long)&status, WNOHANG, 0, 0)) > 0;)
    for (int i = 0; i < COMMANDS; i++)
      if (commands[i].used && commands[i].pid == pid) {
        commands[i].exited = 1;
        commands[i].status = status;
      }
}

/* --- Messages from the host --- */

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

/* --- Start and loop --- */

/* Names the ports in /dev/virtio-ports, as udev does elsewhere. @returns ours, opened, or -1 */
static int find_port(void) {
  static char name_file[] = "/sys/class/virtio-ports/vport0p00/name", device[] = "/dev/vport0p00", target[] = "../vport0p00";
  char link[18 + 128] = "/dev/virtio-ports/";
  int found = -1;
  call(SYS_mkdirat, AT_FDCWD, (long)"/dev/virtio-ports", 0755, 0, 0);
  for (int number = 0; number < 8 * 32; number++) {
    char digits[8] = { '0' + number / 32, 'p', 0 };
    int index = number % 32, length = 2;
    if (index >= 10) digits[length++] = '0' + index / 10;
    digits[length++] = '0' + index % 10;
    digits[length] = 0;
    memcpy(name_file + 29, digits, length);
    memcpy(name_file + 29 + length, "/name", 6);
    memcpy(device + 10, digits, length + 1);
    memcpy(target + 8, digits, length + 1);
    int file = open(name_file, O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    long count = read(file, link + 18, 127);
    close(file);
    while (count > 0 && link[18 + count - 1] == '\n') count--;
    if (count <= 0) continue;
    link[18 + count] = 0;
    call(SYS_symlinkat, (long)target, AT_FDCWD, (long)link, 0, 0);
    if (count == 13 && same(link + 18, "vivarium.exec", 13)) found = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  }
  return found;
}

/* The names by which scripts reach their own streams; the kernel's devtmpfs has none of them. */
static void name_streams(void) {
  static const char *const links[][2] = {
    { "/proc/self/fd", "/dev/fd" }, { "fd/0", "/dev/stdin" }, { "fd/1", "/dev/stdout" }, { "fd/2", "/dev/stderr" },
  };
  for (int i = 0; i < 4; i++) call(SYS_symlinkat, (long)links[i][0], AT_FDCWD, (long)links[i][1], 0, 0);
}

static int await_port(void) {
  /* The port appears a moment after its driver. A machine without one needs no agent. */
  for (int tries = 0; tries < 500; tries++) {
    int found = find_port();
    if (found >= 0) return found;
    sleep_ms(20);
  }
  for (;;) sleep_ms(1000000);
}

static int wants(struct pollfd *polled, int fd, short events) {
  *polled = (struct pollfd){ events ? fd : -1, events, 0 };
  return events != 0;
}

static void wait_for_work(void) {
  struct pollfd polled[2 + 3 * COMMANDS];
  wants(&polled[0], port, (is_congested() ? 0 : POLLIN) | (outgoing_length > 0 ? POLLOUT : 0));
  wants(&polled[1], children, POLLIN);
  int count = 2;
  for (int i = 0; i < COMMANDS; i++) {
    struct command *command = &commands[i];
    if (!command->used) continue;
    if (command->input >= 0 && command->count > 0) count += wants(&polled[count], command->input, POLLOUT);
    for (int stream = 0; stream < 2; stream++)
      if (command->output[stream] >= 0 && command->window[stream] > 0 && outgoing_length == 0)
        count += wants(&polled[count], command->output[stream], POLLIN);
  }
  call(SYS_ppoll, (long)polled, count, 0, 0, 8);
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

__asm__(".globl _start\n_start:\n.option push\n.option norelax\nla gp, __global_pointer$\n.option pop\nandi sp, sp, -16\ncall agent\n");
