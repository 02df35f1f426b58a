/* A command's input and output, and its end. */
#ifndef STREAMS_H
#define STREAMS_H
#include "commands.h"

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

/* What a command that was hung up still writes. @returns whether there may be more */
static int discard_output(struct command *command, int stream) {
  static u8 ignored[CHUNK];
  int *fd = &command->output[stream];
  if (*fd < 0) return 0;
  long count = read(*fd, ignored, sizeof ignored);
  if (count > 0 || count == -EINTR) return 1;
  if (count != -EAGAIN || command->exited) shut_output(command, stream);
  return 0;
}

/* @returns whether there may be more */
static int read_output(struct command *command, int stream) {
  int *fd = &command->output[stream];
  u32 most = CHUNK - HEADER;
  if (command->closes_at) return discard_output(command, stream);
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
  if (command->closes_at && seconds_now() >= command->closes_at) return forget(command);
  if (!command->exited || command->output[0] >= 0 || command->output[1] >= 0) return;
  if (command->closes_at) return forget(command);
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
#endif
