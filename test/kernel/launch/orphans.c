// orphans COUNT: makes processes whose parent is gone and that end at once, then looks for zombies among all processes it can see,
// for as long as there are some, and prints `zombies N`; N is what is left after two seconds.
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int zombies(void) {
  int found = 0;
  DIR *proc = opendir("/proc");
  for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
    char path[300], line[512] = "";
    if (!isdigit(entry->d_name[0])) continue;
    snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
    FILE *stat = fopen(path, "r");
    if (stat == NULL) continue;
    if (fgets(line, sizeof line, stat) != NULL && strstr(line, ") Z ") != NULL) found++;
    fclose(stat);
  }
  closedir(proc);
  return found;
}

int main(int argc, char **argv) {
  (void)argc;
  for (int i = 0; i < atoi(argv[1]); i++) {
    if (fork() == 0) {
      if (fork() == 0) _exit(0);
      _exit(0);
    }
    wait(NULL);
  }
  int left = zombies();
  for (int waited = 0; waited < 200 && left > 0; waited++) usleep(10000), left = zombies();
  printf("zombies %d\n", left);
  return 0;
}
