#include "records/byte_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bulkhead {

Result<std::size_t> FileByteSource::read_at(std::uint64_t offset, std::span<char> to) const {
  for (;;) {
    const auto got = ::pread(descriptor_, to.data(), to.size(), static_cast<off_t>(offset));
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return fail(ErrorCode::kIo, "reading the import file");
  }
}

std::uint64_t FileByteSource::size_bytes() const {
  struct stat state{};
  return ::fstat(descriptor_, &state) == 0 ? static_cast<std::uint64_t>(state.st_size) : 0;
}

Result<std::size_t> TextByteSource::read_at(std::uint64_t offset, std::span<char> to) const {
  if (offset >= text_.size()) return 0;
  const auto bytes = std::min<std::size_t>(to.size(), text_.size() - offset);
  std::memcpy(to.data(), text_.data() + offset, bytes);
  return bytes;
}

}  // namespace bulkhead
