#include "keeper/resident.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

namespace bulkhead {
namespace {
int statm = -1;
}

void open_resident_figure() { statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC); }

std::uint32_t resident_mib() {
  std::array<char, 128> buffer{};
  const auto count = statm < 0 ? 0 : pread(statm, buffer.data(), buffer.size(), 0);
  if (count <= 0) return 0;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(count));
  const auto second = text.substr(text.find(' ') + 1);
  std::uint64_t pages = 0;
  std::from_chars(second.data(), second.data() + second.size(), pages);
  return static_cast<std::uint32_t>(pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) >>
                                    20);
}

}  // namespace bulkhead
