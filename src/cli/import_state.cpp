#include "cli/import_state.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace bulkhead::cli {
namespace {

constexpr std::size_t kHashBytes = 1u << 20;
constexpr std::size_t kStateBytesMax = 4096;

std::uint64_t whole_number_at(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  if (value == nullptr) return 0;
  boost::system::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

bool flag_at(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

Result<ImportState> read_state(const std::string& text) {
  boost::system::error_code error;
  const auto json = boost::json::parse(text, error);
  const auto wrong =
      fail(ErrorCode::kMalformed, "it is no state of an import; remove it to begin anew");
  if (error || !json.is_object()) return wrong;
  const auto& object = json.as_object();
  const auto* const job = object.if_contains("job");
  if (job == nullptr || !job->is_string()) return wrong;
  const auto id = from_hex(std::string_view(job->as_string()));
  ImportState state;
  if (!id || id->size() != state.job.size()) return wrong;
  std::ranges::copy(*id, state.job.begin());
  state.next_batch = static_cast<std::uint32_t>(whole_number_at(object, "next_batch"));
  state.position = {.byte_offset = whole_number_at(object, "byte_offset"),
                    .line = whole_number_at(object, "line")};
  state.taken = whole_number_at(object, "taken");
  state.rejected = whole_number_at(object, "rejected");
  state.reject_bytes = whole_number_at(object, "reject_bytes");
  state.begun = flag_at(object, "begun");
  state.done = flag_at(object, "done");
  return state;
}

}  // namespace

Result<ImportJobId> import_job_id(const ByteSource& source, ImportFormat format,
                                  std::string_view map_text) {
  Sha256 hash;
  hash.update(view_of("bulkhead import v1\n"));
  const std::array<std::uint8_t, 1> format_byte{static_cast<std::uint8_t>(format)};
  hash.update(format_byte);
  hash.update(sha256(view_of(map_text)));
  std::string buffer(kHashBytes, '\0');
  for (std::uint64_t offset = 0;;) {
    const auto got = TRY(source.read_at(offset, buffer));
    if (got == 0) break;
    hash.update(view_of(std::string_view(buffer).substr(0, got)));
    offset += got;
  }
  ImportJobId id;
  std::copy_n(hash.finish().begin(), id.size(), id.begin());
  return id;
}

Result<std::optional<ImportState>> load_import_state(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::optional<ImportState>();
  std::ifstream file(path, std::ios::binary);
  std::string text(kStateBytesMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return TRY(read_state(text));
}

Status save_import_state(const std::string& path, const ImportState& state) {
  const boost::json::object object{{"job", to_hex(state.job)},
                                   {"next_batch", state.next_batch},
                                   {"byte_offset", state.position.byte_offset},
                                   {"line", state.position.line},
                                   {"taken", state.taken},
                                   {"rejected", state.rejected},
                                   {"reject_bytes", state.reject_bytes},
                                   {"begun", state.begun},
                                   {"done", state.done}};
  const auto next = path + ".next";
  std::ofstream file(next, std::ios::binary | std::ios::trunc);
  file << boost::json::serialize(object) << "\n";
  file.close();
  if (!file || std::rename(next.c_str(), path.c_str()) != 0) {
    return fail(ErrorCode::kIo,
                "the state of the import cannot be written; choose a place with --state");
  }
  return {};
}

}  // namespace bulkhead::cli
