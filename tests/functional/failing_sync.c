/* Preloaded into the daemon by daemon_disk_trouble.py: once a file exists, the disk no longer makes anything durable. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int fails(void) {
  const char* sign = getenv("FAILING_SYNC_SIGN");
  return sign && access(sign, F_OK) == 0;
}

int fsync(int file) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  if (!fails()) return real(file);
  errno = EIO;
  return -1;
}

int fdatasync(int file) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  if (!fails()) return real(file);
  errno = EIO;
  return -1;
}
