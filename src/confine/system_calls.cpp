#include "confine/system_calls.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <span>

namespace bulkhead {
namespace {

// Reaching into other processes, starting programs, and the kernel's doors: nobody who is confined
// needs one of them.
constexpr int kNeverAllowed[] = {
    // Other processes' memory, descriptors and signals.
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise), SCMP_SYS(process_mrelease), SCMP_SYS(kcmp), SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd), SCMP_SYS(pidfd_send_signal), SCMP_SYS(tkill), SCMP_SYS(setpriority),
    SCMP_SYS(ioprio_set), SCMP_SYS(move_pages), SCMP_SYS(migrate_pages),
    // New programs and processes; threads come through clone with CLONE_THREAD, which stays.
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
    // A second way to most calls, past this filter.
    SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
    SCMP_SYS(io_setup),
    // Identities and namespaces.
    SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid), SCMP_SYS(setregid), SCMP_SYS(setresuid),
    SCMP_SYS(setresgid), SCMP_SYS(setgroups), SCMP_SYS(setfsuid), SCMP_SYS(setfsgid),
    SCMP_SYS(capset), SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(chroot), SCMP_SYS(pivot_root),
    SCMP_SYS(personality),
    // Mounts and files by handle, past every path rule.
    SCMP_SYS(mount), SCMP_SYS(umount), SCMP_SYS(umount2), SCMP_SYS(open_tree), SCMP_SYS(move_mount),
    SCMP_SYS(fsopen), SCMP_SYS(fsconfig), SCMP_SYS(fsmount), SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr), SCMP_SYS(open_by_handle_at), SCMP_SYS(name_to_handle_at),
    SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(quotactl), SCMP_SYS(acct),
    SCMP_SYS(fanotify_init), SCMP_SYS(mknod), SCMP_SYS(mknodat),
    // The kernel itself: keys, programs, tracing, modules, clocks.
    SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(init_module), SCMP_SYS(finit_module),
    SCMP_SYS(delete_module), SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot),
    SCMP_SYS(syslog), SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex), SCMP_SYS(iopl),
    SCMP_SYS(ioperm), SCMP_SYS(vhangup), SCMP_SYS(lookup_dcookie),
    // Shared memory and queues that outlive a process.
    SCMP_SYS(shmget), SCMP_SYS(shmat), SCMP_SYS(shmctl), SCMP_SYS(msgget), SCMP_SYS(msgsnd),
    SCMP_SYS(msgrcv), SCMP_SYS(semget), SCMP_SYS(semop), SCMP_SYS(mq_open), SCMP_SYS(mq_unlink),
    // New ways out: who is confined has its sockets handed over.
    SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen)};

constexpr int kAccepting[] = {SCMP_SYS(accept), SCMP_SYS(accept4)};

// Newer than the library's table; these numbers are the same on every architecture.
constexpr int kChangeModeAt2 = 452;
constexpr int kSetAttributeAt = 463;
constexpr int kRemoveAttributeAt = 466;

// Landlock does not guard modes, owners and attributes, and old versions do not guard truncation.
constexpr int kChangingFiles[] = {
    SCMP_SYS(chmod),       SCMP_SYS(fchmod),       SCMP_SYS(fchmodat),     kChangeModeAt2,
    SCMP_SYS(chown),       SCMP_SYS(fchown),       SCMP_SYS(lchown),       SCMP_SYS(fchownat),
    SCMP_SYS(setxattr),    SCMP_SYS(lsetxattr),    SCMP_SYS(fsetxattr),    kSetAttributeAt,
    SCMP_SYS(removexattr), SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr), kRemoveAttributeAt,
    SCMP_SYS(utime),       SCMP_SYS(utimes),       SCMP_SYS(futimesat),    SCMP_SYS(utimensat),
    SCMP_SYS(truncate),    SCMP_SYS(unlink),       SCMP_SYS(unlinkat),     SCMP_SYS(rename),
    SCMP_SYS(renameat),    SCMP_SYS(renameat2),    SCMP_SYS(link),         SCMP_SYS(linkat),
    SCMP_SYS(symlink),     SCMP_SYS(symlinkat),    SCMP_SYS(mkdir),        SCMP_SYS(mkdirat),
    SCMP_SYS(rmdir),       SCMP_SYS(creat)};

constexpr unsigned kPtracerOption = 0x59616d61;  // PR_SET_PTRACER, Yama's

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ALLOW), seccomp_release) {
    if (!context_) return;
    // Calls of a foreign architecture (int 0x80 on x86-64) would go round the rules; who makes one
    // is killed.
    ok_ = seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
          seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0;
  }
  void deny(std::span<const int> calls) {
    for (const int call : calls) add(call, {}, EPERM);
  }
  void deny_if(int call, scmp_arg_cmp condition, int error = EPERM) {
    add(call, {&condition, 1}, error);
  }
  void answer(int call, int error) { add(call, {}, error); }
  bool load() { return ok_ && seccomp_load(context_.get()) == 0; }

 private:
  void add(int call, std::span<const scmp_arg_cmp> conditions, int error) {
    if (!ok_) return;
    // A negative number means that this architecture does not have the call.
    if (call < 0) return;
    ok_ = seccomp_rule_add_array(context_.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call,
                                 static_cast<unsigned>(conditions.size()), conditions.data()) == 0;
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  bool ok_ = false;
};

// The kernel compares process ids as 32-bit numbers, so the upper half of the register may hold
// anything.
constexpr std::uint64_t kLow32 = 0xffffffff;

void deny_signals_to_others(Filter& filter) {
  const auto self = static_cast<std::uint64_t>(getpid());
  // abort() and raise() signal the own process and must go on working; all 64 bits are compared, so
  // the own number with a dirty upper half is denied too, which harms nobody.
  for (const int call :
       {SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo)}) {
    filter.deny_if(call, SCMP_A0_64(SCMP_CMP_NE, self, 0));
  }
  filter.deny_if(SCMP_SYS(prlimit64), SCMP_A0_64(SCMP_CMP_NE, 0, 0));
  // A descriptor's owner is sent SIGIO, or any signal it chose.
  for (const unsigned command : {F_SETOWN, F_SETOWN_EX, F_SETSIG}) {
    filter.deny_if(SCMP_SYS(fcntl), SCMP_A1_64(SCMP_CMP_MASKED_EQ, kLow32, command));
  }
  for (const unsigned request : {FIOSETOWN, SIOCSPGRP}) {
    filter.deny_if(SCMP_SYS(ioctl), SCMP_A1_64(SCMP_CMP_MASKED_EQ, kLow32, request));
  }
}

void deny_new_processes(Filter& filter) {
  filter.deny_if(SCMP_SYS(clone), SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
  // clone3 hides its flags behind a pointer; ENOSYS makes the C library fall back to clone.
  filter.answer(SCMP_SYS(clone3), ENOSYS);
}

void deny_undoing(Filter& filter) {
  for (const unsigned option :
       {static_cast<unsigned>(PR_SET_DUMPABLE), static_cast<unsigned>(PR_SET_PDEATHSIG),
        static_cast<unsigned>(PR_SET_MM), kPtracerOption}) {
    filter.deny_if(SCMP_SYS(prctl), SCMP_A0_64(SCMP_CMP_MASKED_EQ, kLow32, option));
  }
  // Typing into the terminal that Bulkhead was started from would run commands there.
  constexpr unsigned kTypeIntoConsole = 0x541C;  // TIOCLINUX
  for (const unsigned request : {static_cast<unsigned>(TIOCSTI), kTypeIntoConsole}) {
    filter.deny_if(SCMP_SYS(ioctl), SCMP_A1_64(SCMP_CMP_MASKED_EQ, kLow32, request));
  }
}

void deny_connecting_by_sending(Filter& filter) {
  // TCP Fast Open connects without connect(2).
  filter.deny_if(SCMP_SYS(sendto), SCMP_A3_64(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, MSG_FASTOPEN));
  filter.deny_if(SCMP_SYS(sendmsg), SCMP_A2_64(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, MSG_FASTOPEN));
  filter.deny_if(SCMP_SYS(sendmmsg), SCMP_A3_64(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, MSG_FASTOPEN));
}

}  // namespace

Status restrict_system_calls(const SystemCallRules& rules) {
  Filter filter;
  filter.deny(kNeverAllowed);
  if (rules.network == NetworkUse::kNone) filter.deny(kAccepting);
  if (!rules.may_change_files) filter.deny(kChangingFiles);
  deny_signals_to_others(filter);
  deny_new_processes(filter);
  deny_undoing(filter);
  deny_connecting_by_sending(filter);
  if (!filter.load()) return fail(ErrorCode::kIo, "the system call filter did not take effect");
  return {};
}

}  // namespace bulkhead
