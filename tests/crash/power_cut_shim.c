/* Notes what a process has synced, so that a power cut can be played afterwards (power_cut.py).
 *
 *   cc -O2 -shared -fPIC -o shim.so power_cut_shim.c -ldl
 *   LD_PRELOAD=shim.so POWER_CUT_DIR=/data POWER_CUT_LOG=/x/log POWER_CUT_KEPT=/x/kept [POWER_CUT_AT=17] program
 *
 * Lines of the log, fields separated by tabs:
 *   S inode size              a file was synced when it had that size (taken before the call)
 *   D name inode name inode … a directory was synced when it had these entries
 *   T inode size              a file was cut to that size
 *   W inode offset count      bytes that were zeros before were written over (log files are zeros ahead of their end)
 *   R inode                   a file was removed for good: its inode may come back as another file's
 * Files that are removed or renamed over stay linked below POWER_CUT_KEPT by inode. With POWER_CUT_AT the process kills
 * itself before its n-th sync: a power cut inside the database's own flush, compaction or ingest.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *directory, *kept;
static size_t directory_length;
static int log_file = -1;
static long syncs_left = -1;

static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_ftruncate)(int, off_t);
static ssize_t (*real_write)(int, const void *, size_t);

__attribute__((constructor)) static void start(void) {
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_unlinkat = dlsym(RTLD_NEXT, "unlinkat");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    real_write = dlsym(RTLD_NEXT, "write");
    directory = getenv("POWER_CUT_DIR");
    kept = getenv("POWER_CUT_KEPT");
    const char *path = getenv("POWER_CUT_LOG");
    if (!directory || !kept || !path) return;
    directory_length = strlen(directory);
    if (getenv("POWER_CUT_AT")) syncs_left = atol(getenv("POWER_CUT_AT"));
    log_file = syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
}

static void note(const char *line, size_t length) { syscall(SYS_write, log_file, line, length); }

static int is_watched(const char *path) {
    return log_file >= 0 && !strncmp(path, directory, directory_length);
}

static int watched_path(int file, char *path) {
    char link_name[40];
    snprintf(link_name, sizeof link_name, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link_name, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_watched(path);
}

static int note_directory(int file, const char *path, int (*call)(int)) {
    static __thread char line[1 << 20];
    int length = snprintf(line, sizeof line, "D");
    DIR *entries = opendir(path);
    struct dirent *entry;
    while (entries && (entry = readdir(entries)) && length < (int)sizeof line - 400)
        if (entry->d_type != DT_DIR || !strcmp(entry->d_name, "."))
            length += snprintf(line + length, sizeof line - length, "\t%s\t%lu", entry->d_name, (unsigned long)entry->d_ino);
    if (entries) closedir(entries);
    line[length++] = '\n';
    int result = call(file);
    if (!result) note(line, length);
    return result;
}

static int noted_sync(int file, int (*call)(int)) {
    char path[PATH_MAX], line[80];
    struct stat before;
    if (log_file < 0 || !watched_path(file, path) || fstat(file, &before)) return call(file);
    if (syncs_left >= 0 && __sync_fetch_and_sub(&syncs_left, 1) == 0) kill(getpid(), SIGKILL);
    if (S_ISDIR(before.st_mode)) return note_directory(file, path, call);
    int length = snprintf(line, sizeof line, "S\t%lu\t%ld\n", (unsigned long)before.st_ino, (long)before.st_size);
    int result = call(file);
    if (!result) note(line, length);
    return result;
}

int fsync(int file) { return noted_sync(file, real_fsync); }

int fdatasync(int file) { return noted_sync(file, real_fdatasync); }

static void keep(const char *path) {
    struct stat found;
    char name[PATH_MAX];
    if (!is_watched(path) || lstat(path, &found)) return;
    snprintf(name, sizeof name, "%s/%lu", kept, (unsigned long)found.st_ino);
    if (link(path, name)) return; /* kept before */
}

int rename(const char *from, const char *to) {
    keep(to);
    return real_rename(from, to);
}

int unlink(const char *path) {
    keep(path);
    return real_unlink(path);
}

/* Whole folders are removed so: scratch files, which nobody needs after a cut. */
int unlinkat(int folder, const char *name, int flags) {
    char path[PATH_MAX], line[80];
    struct stat found;
    if (log_file >= 0 && folder != AT_FDCWD && watched_path(folder, path) &&
        !fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) && S_ISREG(found.st_mode) && found.st_nlink == 1)
        note(line, snprintf(line, sizeof line, "R\t%lu\n", (unsigned long)found.st_ino));
    return real_unlinkat(folder, name, flags);
}

int ftruncate(int file, off_t size) {
    char path[PATH_MAX], line[80];
    struct stat before;
    if (log_file >= 0 && watched_path(file, path) && !fstat(file, &before) && size < before.st_size)
        note(line, snprintf(line, sizeof line, "T\t%lu\t%ld\n", (unsigned long)before.st_ino, (long)size));
    return real_ftruncate(file, size);
}

static int is_log(const char *path) {
    size_t length = strlen(path);
    return length > 4 && !strcmp(path + length - 4, ".log");
}

ssize_t write(int file, const void *bytes, size_t count) {
    char path[PATH_MAX], line[80];
    struct stat before;
    if (log_file >= 0 && !fstat(file, &before) && S_ISREG(before.st_mode) && !(fcntl(file, F_GETFL) & O_APPEND)) {
        off_t place = lseek(file, 0, SEEK_CUR);
        if (place >= 0 && place < before.st_size && watched_path(file, path) && is_log(path))
            note(line, snprintf(line, sizeof line, "W\t%lu\t%ld\t%zu\n", (unsigned long)before.st_ino, (long)place, count));
    }
    return real_write ? real_write(file, bytes, count) : syscall(SYS_write, file, bytes, count);
}
