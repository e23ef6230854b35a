/* exchange hidapi NODE WARMUP COUNT: exchanges of 64 bytes with a device that gives back what it gets.
   Prints the median in nanoseconds. What a plain C program does with the field's library, deadlines included. */
#include <hidapi/hidapi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIZE = 64, DEADLINE = 5000 };

static hid_device *hid;

static void fail(const char *what) {
  fprintf(stderr, "exchange: %s\n", what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int compare(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static void open_hid(const char *node) {
  if (hid_init() != 0 || !(hid = hid_open_path(node))) fail("the node can't be opened");
}

static void exchange_hid(const unsigned char *numbered, unsigned char *answer) {
  if (hid_write(hid, numbered, 1 + SIZE) < SIZE) fail("write");
  if (hid_read_timeout(hid, answer, SIZE, DEADLINE) != SIZE) fail("read");
}

int main(int count, char **arguments) {
  if (count != 5 || strcmp(arguments[1], "hidapi") != 0) fail("usage");
  int warmup = atoi(arguments[3]), exchanges = atoi(arguments[4]);
  open_hid(arguments[2]);
  uint64_t *times = calloc((size_t)exchanges, sizeof *times);
  unsigned char numbered[1 + SIZE] = {0}, answer[SIZE];
  if (!times || exchanges < 1) fail("usage");
  for (int i = 0; i < warmup + exchanges; i++) {
    memcpy(numbered + 1, &i, sizeof i);
    uint64_t begun = now();
    exchange_hid(numbered, answer);
    uint64_t took = now() - begun;
    if (memcmp(answer, numbered + 1, SIZE) != 0) fail("another answer");
    if (i >= warmup) times[i - warmup] = took;
  }
  qsort(times, (size_t)exchanges, sizeof *times, compare);
  printf("%llu\n", (unsigned long long)times[exchanges / 2]);
  hid_close(hid);
  return 0;
}
