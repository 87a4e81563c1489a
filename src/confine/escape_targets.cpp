#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "base/descriptor.h"
#include "confine/escape.h"

namespace bulkhead {
namespace {

constexpr std::string_view kEscaped = "escaped ";

Result<std::string> read_to_end(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (text.size() <= kEscapeTargetsBytesMax) {
    const auto got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::kIo, "the self-test targets cannot be read");
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

bool printable(std::string_view path) {
  for (const char c : path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return !path.empty();
}

Status put_lines(std::string& text, std::string_view word, const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    if (!printable(path)) return fail(ErrorCode::kMalformed, "a path holds control characters");
    text.append(word).append(" ").append(path).append("\n");
  }
  return {};
}

Status read_line(std::string_view line, EscapeTargets& targets) {
  const auto space = line.find(' ');
  const auto word = line.substr(0, space);
  const auto value = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  if (!printable(value)) return fail(ErrorCode::kMalformed, "a self-test target is empty");
  if (word == "keeper") {
    const auto end = std::from_chars(value.data(), value.data() + value.size(), targets.keeper);
    if (end.ec != std::errc() || end.ptr != value.data() + value.size() || targets.keeper <= 1) {
      return fail(ErrorCode::kMalformed, "the keeper's process number is none");
    }
    return {};
  }
  auto* list = word == "file"     ? &targets.files
               : word == "folder" ? &targets.folders
               : word == "socket" ? &targets.sockets
                                  : nullptr;
  if (list == nullptr) return fail(ErrorCode::kMalformed, "a self-test target is of no known kind");
  if (list->size() >= kEscapePathsMax)
    return fail(ErrorCode::kTooLarge, "too many self-test targets");
  list->emplace_back(value);
  return {};
}

}  // namespace

Result<std::string> encode_escape_targets(const EscapeTargets& targets) {
  std::string text;
  TRY_STATUS(put_lines(text, "file", targets.files));
  TRY_STATUS(put_lines(text, "folder", targets.folders));
  TRY_STATUS(put_lines(text, "socket", targets.sockets));
  if (targets.keeper > 0) text += "keeper " + std::to_string(targets.keeper) + "\n";
  return text;
}

Result<EscapeTargets> parse_escape_targets(std::string_view text) {
  if (text.size() > kEscapeTargetsBytesMax)
    return fail(ErrorCode::kTooLarge, "too many self-test targets");
  EscapeTargets targets;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos)
      return fail(ErrorCode::kMalformed, "the self-test targets are cut short");
    TRY_STATUS(read_line(text.substr(0, end), targets));
    text.remove_prefix(end + 1);
  }
  return targets;
}

Result<EscapeTargets> read_escape_targets(int fd) {
  const Descriptor from(fd);
  const auto text = TRY(read_to_end(from.get()));
  return parse_escape_targets(text);
}

Result<EscapeReport> run_escape_test(int fd) {
  const Descriptor file(fd);
  const auto lines = TRY(read_to_end(fd));
  const auto targets = TRY(parse_escape_targets(lines));
  auto report = try_escapes(targets);
  std::string text;
  for (const auto& what : report.successes) text.append(kEscaped).append(what).append("\n");
  // When this fails the exit code still says that something succeeded.
  [[maybe_unused]] const auto written = write(fd, text.data(), text.size());
  return report;
}

std::vector<std::string> read_escape_successes(int fd) {
  std::vector<std::string> successes;
  if (lseek(fd, 0, SEEK_SET) != 0) return successes;
  const auto text = read_to_end(fd).value_or(std::string());
  for (std::size_t from = 0; from < text.size() && successes.size() < kEscapePathsMax;) {
    const auto end = std::min(text.find('\n', from), text.size());
    const auto line = std::string_view(text).substr(from, end - from);
    if (line.starts_with(kEscaped) && printable(line))
      successes.emplace_back(line.substr(kEscaped.size()));
    from = end + 1;
  }
  return successes;
}

}  // namespace bulkhead
