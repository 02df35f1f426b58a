/* Commands: how one is started, and let go of. */
#ifndef COMMANDS_H
#define COMMANDS_H
#include "messages.h"

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

static struct command *find(int channel) {
  for (int i = 0; i < COMMANDS; i++)
    if (commands[i].used && !commands[i].closes_at && commands[i].channel == channel) return &commands[i];
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
static void signal_hang_up(int group) {
  kill(-group, SIGHUP);
  kill(-group, SIGCONT);
}
/*
 * The client has gone: as when a connection drops. What the command still writes is read and thrown away, so that a trap
 * can say something without dying of SIGPIPE; its streams are closed when it has exited or HANG_UP_PATIENCE is over.
 */
static void hang_up(struct command *command) {
  if (command->closes_at) return;
  if (command->exited) return forget(command);
  int foreground = 0;
  if (command->is_terminal && ioctl(command->output[0], TIOCGPGRP, &foreground) < 0) foreground = 0;
  signal_hang_up(command->pid);
  if (foreground > 0 && foreground != command->pid) signal_hang_up(foreground);
  shut_input(command);
  command->closes_at = seconds_now() + HANG_UP_PATIENCE;
}
/* @returns one that can be used, or 0; a command that was hung up is given up for a new one */
static struct command *vacant(void) {
  struct command *hung_up = 0;
  for (int i = 0; i < COMMANDS; i++) {
    struct command *command = &commands[i];
    if (!command->used) return command;
    if (command->closes_at && (!hung_up || command->closes_at < hung_up->closes_at)) hung_up = command;
  }
  if (hung_up) forget(hung_up);
  return hung_up;
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
  struct command *command = vacant();
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
#endif
