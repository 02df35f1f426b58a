/*
 * The network benchmark's guest program: `net ADDRESS PORT CASE AMOUNT` does one case against the bench's server, which is
 * behind the gateway (the case "loop" against itself), and prints a line
 *   net CASE DONE SECONDS
 * with the guest's own clock. DONE is what the other end confirms, which must be AMOUNT. Cases: send, receive and loop
 * carry AMOUNT bytes; connect makes AMOUNT connections one after the other; many holds AMOUNT connections at once.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 128 * 1024, MANY = 1024, PATIENCE_MS = 60000 };

static char block[BLOCK];
static struct sockaddr_in server;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}
static void fail(const char *what) {
  perror(what);
  exit(1);
}
static int dial(void) {
  int s = socket(AF_INET, SOCK_STREAM, 0);
  if (s < 0 || connect(s, (struct sockaddr *)&server, sizeof server)) fail("connect");
  return s;
}
static void put(int s, const void *bytes, size_t count) {
  for (size_t done = 0; done < count;) {
    ssize_t n = send(s, (const char *)bytes + done, count - done, 0);
    if (n < 0) fail("send");
    done += n;
  }
}
/* The eight bytes of a number that comes or goes, the highest first. */
static uint64_t get_count(int s) {
  uint8_t bytes[8];
  for (size_t done = 0; done < sizeof bytes;) {
    ssize_t n = recv(s, bytes + done, sizeof bytes - done, 0);
    if (n <= 0) fail("confirmation");
    done += n;
  }
  uint64_t count = 0;
  for (size_t i = 0; i < sizeof bytes; i++) count = count << 8 | bytes[i];
  return count;
}
static void put_count(int s, uint64_t count) {
  uint8_t bytes[8];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = count >> (56 - 8 * i);
  put(s, bytes, sizeof bytes);
}

static long take_all(int s) {
  long taken = 0;
  for (ssize_t n; (n = recv(s, block, BLOCK, 0)) != 0; taken += n)
    if (n < 0) fail("receive");
  return taken;
}
static long give(int s, long amount) {
  put(s, "s", 1);
  for (long left = amount; left > 0; left -= BLOCK) put(s, block, left < BLOCK ? left : BLOCK);
  shutdown(s, SHUT_WR);
  return get_count(s);
}
static long receive(int s, long amount) {
  put(s, "g", 1);
  put_count(s, amount);
  return take_all(s);
}

/* The same between two programs of the guest's. */
static long loop(long amount) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  socklen_t length = sizeof server;
  memset(&server, 0, sizeof server);
  server.sin_family = AF_INET;
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr *)&server, sizeof server) || listen(listener, 1)) fail("listen");
  getsockname(listener, (struct sockaddr *)&server, &length);
  if (fork() == 0) {
    int s = accept(listener, NULL, NULL);
    put_count(s, take_all(s) - 1);
    exit(0);
  }
  long done = give(dial(), amount);
  wait(NULL);
  return done;
}

static long one_after_the_other(long amount) {
  long done = 0;
  char byte;
  for (; done < amount; done++) {
    int s = dial();
    put(s, "o", 1);
    if (recv(s, &byte, 1, 0) != 1) fail("answer");
    close(s);
  }
  return done;
}
static long at_once(long amount) {
  static struct pollfd all[MANY];
  long answered = 0;
  if (amount > MANY) amount = MANY;
  for (long i = 0; i < amount; i++) {
    all[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    all[i].events = POLLOUT;
    if (all[i].fd < 0) fail("socket");
    if (connect(all[i].fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) fail("connect");
  }
  /* All of them are open until the last has had its answer. */
  while (answered < amount) {
    if (poll(all, amount, PATIENCE_MS) <= 0) fail("poll");
    for (long i = 0; i < amount; i++) {
      char byte;
      if (all[i].events == POLLOUT && (all[i].revents & (POLLOUT | POLLERR | POLLHUP))) {
        if (send(all[i].fd, "o", 1, 0) != 1) fail("connection");
        all[i].events = POLLIN;
      } else if (all[i].events == POLLIN && (all[i].revents & (POLLIN | POLLERR | POLLHUP))) {
        if (recv(all[i].fd, &byte, 1, 0) != 1) fail("answer");
        all[i].events = 0;
        answered++;
      }
    }
  }
  for (long i = 0; i < amount; i++) close(all[i].fd);
  return answered;
}

int main(int count, char **words) {
  if (count != 5 || !inet_aton(words[1], &server.sin_addr)) {
    fprintf(stderr, "net ADDRESS PORT CASE AMOUNT\n");
    return 2;
  }
  const char *name = words[3];
  long amount = atol(words[4]), done = -1;
  server.sin_family = AF_INET;
  server.sin_port = htons(atoi(words[2]));
  double start = now();
  if (!strcmp(name, "send")) done = give(dial(), amount);
  else if (!strcmp(name, "receive")) done = receive(dial(), amount);
  else if (!strcmp(name, "loop")) done = loop(amount);
  else if (!strcmp(name, "connect")) done = one_after_the_other(amount);
  else if (!strcmp(name, "many")) done = at_once(amount);
  printf("net %s %ld %.4f\n", name, done, now() - start);
  return done == amount ? 0 : 1;
}
