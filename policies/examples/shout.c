// Turns its input into capitals, under crc4.policy from main() on: `policyc build crc4.policy --emit c`, then `cc shout.c`.

#include "crc4.h"

#include <ctype.h>
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv) {
  char text[4096];
  ssize_t length;
  if (sandbox_me_here() != 0) abort();
  if (argc > 1) open(argv[1], O_RDONLY); // the policy has no rule for it: the kernel ends the program here
  while ((length = read(0, text, sizeof text)) > 0) {
    for (ssize_t i = 0; i < length; i++) text[i] = (char)toupper((unsigned char)text[i]);
    if (write(1, text, (size_t)length) != length) return 1;
  }
  return length == 0 ? 0 : 1;
}
