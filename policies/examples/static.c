// Prints the CRC-32 of standard input: the program of static.policy.
//   gcc -O2 -static -o crc static.c       policyc run static.policy --policy static -- ./crc <FILE
//   gcc -O2 -static-pie -o crc static.c   the same policy
//   gcc -O2 -o crc static.c               policyc run static.policy --policy dynamic -- ./crc <FILE

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) {
  uint32_t *table = malloc(256 * sizeof *table);
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t rest = byte;
    for (int bit = 0; bit < 8; bit++) rest = rest & 1 ? rest >> 1 ^ 0xedb88320 : rest >> 1;
    table[byte] = rest;
  }
  unsigned char buffer[4096];
  uint32_t crc = ~0u;
  ssize_t length;
  while ((length = read(0, buffer, sizeof buffer)) > 0)
    for (ssize_t i = 0; i < length; i++) crc = crc >> 8 ^ table[(crc ^ buffer[i]) & 0xff];
  free(table);
  if (length < 0) return 1;
  // printf would first ask what kind of file stdout is: a call more for the policy to grant.
  int printed = snprintf((char *)buffer, sizeof buffer, "%08x\n", ~crc);
  return write(1, buffer, printed) != printed;
}
