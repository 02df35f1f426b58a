/* What host and guest say to each other (main/exec/messages.ts), the commands it is about, and what waits to be sent. */
#ifndef MESSAGES_H
#define MESSAGES_H
#include "system.h"

/* How long a command that was hung up may still write, in seconds. */
enum { HANG_UP_PATIENCE = 10 };
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
  /* When its streams are closed at the latest, in `seconds_now`; 0 while the host has not hung up. */
  long closes_at;
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
#endif
