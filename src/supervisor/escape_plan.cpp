#include "supervisor/escape_plan.h"

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>

namespace bulkhead {

EscapeTargets escape_targets_of(const Setup& setup, pid_t keeper) {
  namespace files = std::filesystem;
  EscapeTargets targets;
  targets.keeper = keeper;
  targets.files.push_back(setup.options.key_file);
  targets.folders = {setup.paths.keeper()};
  targets.sockets = {setup.paths.admin_socket()};
  std::error_code error;
  for (auto at = files::recursive_directory_iterator(setup.paths.keeper(), error);
       !error && at != files::end(at) && targets.files.size() < kSelfTestFilesMax;
       at.increment(error)) {
    std::error_code vanished;
    if (at->is_regular_file(vanished)) targets.files.push_back(at->path().string());
  }
  return targets;
}

Result<Descriptor> make_targets_file(const EscapeTargets& targets) {
  const auto text = TRY(encode_escape_targets(targets));
  Descriptor file(memfd_create("escape-targets", MFD_CLOEXEC));
  if (!file || write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      lseek(file.get(), 0, SEEK_SET) != 0) {
    return fail(ErrorCode::kIo, "the self-test targets cannot be written");
  }
  return file;
}

}  // namespace bulkhead
