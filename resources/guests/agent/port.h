/* The port to the host, and the names of what is in /dev. */
#ifndef PORT_H
#define PORT_H
#include "messages.h"

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
#endif
