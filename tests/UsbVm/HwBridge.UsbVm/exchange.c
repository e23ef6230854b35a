/* exchange hidapi NODE | libusb VENDOR:PRODUCT  WARMUP COUNT: exchanges of 64 bytes with a device that gives back what it gets.
   Prints the median in nanoseconds. What a plain C program does with the field's libraries, deadlines included. */
#include <hidapi/hidapi.h>
#include <libusb-1.0/libusb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIZE = 64, DEADLINE = 5000 };

static hid_device *hid;
static libusb_device_handle *usb;
static unsigned char out_endpoint, in_endpoint;

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

/* The first interface of the maker's own class, its endpoints from the descriptors. */
static void open_usb(const char *ids) {
  unsigned vendor, product;
  if (sscanf(ids, "%x:%x", &vendor, &product) != 2 || libusb_init(NULL) != 0) fail("libusb");
  if (!(usb = libusb_open_device_with_vid_pid(NULL, (uint16_t)vendor, (uint16_t)product))) fail("the device can't be opened");
  struct libusb_config_descriptor *configuration;
  if (libusb_get_active_config_descriptor(libusb_get_device(usb), &configuration) != 0) fail("descriptors");
  for (int i = 0; i < configuration->bNumInterfaces; i++) {
    const struct libusb_interface_descriptor *one = configuration->interface[i].altsetting;
    if (one->bInterfaceClass != LIBUSB_CLASS_VENDOR_SPEC) continue;
    for (int e = 0; e < one->bNumEndpoints; e++) {
      unsigned char address = one->endpoint[e].bEndpointAddress;
      if (address & LIBUSB_ENDPOINT_IN) in_endpoint = address; else out_endpoint = address;
    }
    libusb_set_auto_detach_kernel_driver(usb, 1);
    if (libusb_claim_interface(usb, one->bInterfaceNumber) != 0) fail("the interface can't be claimed");
    break;
  }
  if (!in_endpoint || !out_endpoint) fail("no endpoints");
  libusb_free_config_descriptor(configuration);
}

static void exchange_hid(const unsigned char *numbered, unsigned char *answer) {
  if (hid_write(hid, numbered, 1 + SIZE) < SIZE) fail("write");
  if (hid_read_timeout(hid, answer, SIZE, DEADLINE) != SIZE) fail("read");
}

static void exchange_usb(unsigned char *packet, unsigned char *answer) {
  int count;
  if (libusb_interrupt_transfer(usb, out_endpoint, packet, SIZE, &count, DEADLINE) != 0 || count != SIZE) fail("write");
  if (libusb_interrupt_transfer(usb, in_endpoint, answer, SIZE, &count, DEADLINE) != 0 || count != SIZE) fail("read");
}

int main(int count, char **arguments) {
  if (count != 5) fail("usage");
  int is_hid = strcmp(arguments[1], "hidapi") == 0, warmup = atoi(arguments[3]), exchanges = atoi(arguments[4]);
  if (is_hid) open_hid(arguments[2]); else open_usb(arguments[2]);
  uint64_t *times = calloc((size_t)exchanges, sizeof *times);
  unsigned char numbered[1 + SIZE] = {0}, answer[SIZE];
  if (!times || exchanges < 1) fail("usage");
  for (int i = 0; i < warmup + exchanges; i++) {
    memcpy(numbered + 1, &i, sizeof i);
    uint64_t begun = now();
    if (is_hid) exchange_hid(numbered, answer); else exchange_usb(numbered + 1, answer);
    uint64_t took = now() - begun;
    if (memcmp(answer, numbered + 1, SIZE) != 0) fail("another answer");
    if (i >= warmup) times[i - warmup] = took;
  }
  qsort(times, (size_t)exchanges, sizeof *times, compare);
  printf("%llu\n", (unsigned long long)times[exchanges / 2]);
  if (hid) hid_close(hid);
  if (usb) libusb_close(usb);
  return 0;
}
