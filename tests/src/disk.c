/* A disk that can be made full, slow or both while a program runs: preloaded before libc, it looks for a file before each write and flush.
   FAULTY_DISK names a folder; `full` in it makes writes to files fail with ENOSPC, `slow` holds the milliseconds that each flush takes longer. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int there(const char *name, char *path, size_t size) {
    const char *folder = getenv("FAULTY_DISK");
    if (!folder) return 0;
    snprintf(path, size, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static int is_full(int fd) {
    char path[512];
    struct stat about;
    if (!there("full", path, sizeof path) || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return 0;
    errno = ENOSPC;
    return 1;
}

static void be_slow(void) {
    char path[512], text[32];
    if (!there("slow", path, sizeof path)) return;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (length <= 0) return;
    text[length] = 0;
    usleep((useconds_t)atoi(text) * 1000);
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return is_full(fd) ? -1 : real(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    return is_full(fd) ? -1 : real(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    return is_full(fd) ? -1 : real(fd, bytes, count, at);
}

int fsync(int fd) {
    REAL(int, "fsync", int);
    be_slow();
    return real(fd);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    be_slow();
    return real(fd);
}
