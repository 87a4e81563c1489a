#include "keeper/range_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <compare>
#include <cstdio>
#include <iterator>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"

// The file: kRangeMagic, then 2^20 + 1 numbers (u32: how many digests come before each prefix),
// then the digests in order as 18 bytes (the 35 hex digits after the prefix and a leading 0 digit)
// and a u32 count. All numbers are big-endian.
namespace bulkhead {
namespace {

using Sha1 = std::array<std::uint8_t, 20>;
struct RangeRow {
  Sha1 digest;
  std::array<std::uint8_t, 4> count;
  std::uint32_t number() const { return get_big_endian<std::uint32_t>(count.data()); }
};
static_assert(sizeof(RangeRow) == 24);

constexpr std::string_view kRangeMagic = "bulkhead range 1";
constexpr std::size_t kPrefixes = 1u << 20;
constexpr std::size_t kIndexAt = kRangeMagic.size();
constexpr std::size_t kRowsAt = kIndexAt + (kPrefixes + 1) * 4;
constexpr std::size_t kRowBytes = 22;
constexpr std::size_t kSuffixBytes = 18;
constexpr std::size_t kBuckets = 256;

struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// SHA-1 is what the public lists are made of; nothing here relies on its strength.
Sha1 sha1(std::string_view text) {
  Sha1 digest;
  CHECK(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr) == 1);
  return digest;
}

std::uint32_t prefix_of(const Sha1& digest) {
  return static_cast<std::uint32_t>(digest[0] << 12 | digest[1] << 4 | digest[2] >> 4);
}
std::array<std::uint8_t, kSuffixBytes> suffix_of(const Sha1& digest) {
  std::array<std::uint8_t, kSuffixBytes> suffix;
  std::copy(digest.begin() + 2, digest.end(), suffix.begin());
  suffix[0] &= 0x0f;
  return suffix;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

Result<RangeRow> parse_line(std::string_view line) {
  RangeRow row{};
  if (line.size() < 42 || line[40] != ':')
    return fail(ErrorCode::kMalformed, "range list: line is not HASH:COUNT");
  for (std::size_t i = 0; i < 20; ++i) {
    const int high = hex_digit(line[2 * i]), low = hex_digit(line[2 * i + 1]);
    if (high < 0 || low < 0)
      return fail(ErrorCode::kMalformed, "range list: hash is not 40 hex digits");
    row.digest[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  std::uint32_t count = 0;
  const auto* end = line.data() + line.size();
  const auto [stopped, error] = std::from_chars(line.data() + 41, end, count);
  if (error != std::errc() || stopped != end)
    return fail(ErrorCode::kMalformed, "range list: count is not a number");
  put_big_endian(count, row.count.data());
  return row;
}

Status write_all(std::FILE* file, ByteView bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size()) {
    return fail(ErrorCode::kIo, "range store: write");
  }
  return {};
}

// Unnamed temporary files vanish with their descriptors, whatever happens.
Result<File> temporary_in(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) return fail(ErrorCode::kIo, "range store: temporary file");
  return File(::fdopen(fd, "w+b"));
}

using BucketFiles = std::array<File, kBuckets>;

// First pass: each line goes into the bucket of its first byte.
Result<std::uint64_t> distribute(const std::filesystem::path& list, BucketFiles& buckets) {
  const File in(std::fopen(list.c_str(), "rbe"));
  if (!in) return fail(ErrorCode::kNotFound, "range list cannot be opened");
  std::uint64_t lines = 0;
  std::array<char, kRangeLineBytesMax + 2> buffer;
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), in.get()) != nullptr) {
    std::string_view line(buffer.data());
    const bool whole = line.ends_with('\n') || std::feof(in.get()) != 0;
    if (!whole) return fail(ErrorCode::kTooLarge, "range list: line too long");
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const auto row = TRY(parse_line(line));
    TRY_STATUS(write_all(buckets[row.digest[0]].get(),
                         {reinterpret_cast<const std::uint8_t*>(&row), sizeof row}));
    ++lines;
  }
  if (std::ferror(in.get()) != 0) return fail(ErrorCode::kIo, "range list: read");
  return lines;
}

// Second pass: a bucket in order, each digest once with its largest count.
Result<std::vector<RangeRow>> sorted_bucket(std::FILE* bucket, std::size_t entries_max) {
  if (std::fflush(bucket) != 0) return fail(ErrorCode::kIo, "range store: write");
  const auto bytes = std::ftell(bucket);
  if (bytes < 0) return fail(ErrorCode::kIo, "range store: temporary file");
  const auto size = static_cast<std::size_t>(bytes) / sizeof(RangeRow);
  if (size > entries_max) return fail(ErrorCode::kTooLarge, "range list: too many digests alike");
  std::vector<RangeRow> rows(size);
  if (std::fseek(bucket, 0, SEEK_SET) != 0) return fail(ErrorCode::kIo, "range store: seek");
  if (std::fread(rows.data(), sizeof(RangeRow), size, bucket) != size)
    return fail(ErrorCode::kIo, "range store: read");
  std::sort(rows.begin(), rows.end(), [](const RangeRow& a, const RangeRow& b) {
    return a.digest != b.digest ? a.digest < b.digest : a.count > b.count;
  });
  const auto same = [](const RangeRow& a, const RangeRow& b) { return a.digest == b.digest; };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
  return rows;
}

Result<std::uint64_t> write_store(std::FILE* out, BucketFiles& buckets,
                                  std::size_t bucket_entries_max) {
  std::vector<std::uint32_t> before(kPrefixes + 1);
  if (std::fseek(out, static_cast<long>(kRowsAt), SEEK_SET) != 0)
    return fail(ErrorCode::kIo, "range store: seek");
  std::uint64_t digests = 0;
  for (auto& bucket : buckets) {
    const auto rows = TRY(sorted_bucket(bucket.get(), bucket_entries_max));
    for (const auto& row : rows) {
      ++before[prefix_of(row.digest) + 1];
      TRY_STATUS(write_all(out, suffix_of(row.digest)));
      TRY_STATUS(write_all(out, row.count));
    }
    digests += rows.size();
    bucket.reset();
  }
  if (digests > std::numeric_limits<std::uint32_t>::max())
    return fail(ErrorCode::kTooLarge, "range list");
  if (std::fseek(out, 0, SEEK_SET) != 0) return fail(ErrorCode::kIo, "range store: seek");
  TRY_STATUS(write_all(out, view_of(kRangeMagic)));
  std::uint32_t sum = 0;
  for (const auto number : before) {
    sum += number;
    std::array<std::uint8_t, 4> bytes;
    put_big_endian(sum, bytes.data());
    TRY_STATUS(write_all(out, bytes));
  }
  if (std::fflush(out) != 0 || ::fsync(::fileno(out)) != 0)
    return fail(ErrorCode::kIo, "range store: fsync");
  return digests;
}

Status read_at(int file, std::uint64_t at, std::span<std::uint8_t> to) {
  while (!to.empty()) {
    const auto got = ::pread(file, to.data(), to.size(), static_cast<off_t>(at));
    if (got <= 0) return fail(ErrorCode::kIo, "range store: read");
    at += static_cast<std::uint64_t>(got);
    to = to.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

// The rows of one prefix. The index was checked at open, so a section is never larger than the
// file.
Result<Bytes> section(int file, std::uint64_t digests, std::uint32_t prefix) {
  std::array<std::uint8_t, 8> bounds;
  TRY_STATUS(read_at(file, kIndexAt + prefix * 4ull, bounds));
  const auto first = get_big_endian<std::uint32_t>(bounds.data());
  const auto end = get_big_endian<std::uint32_t>(bounds.data() + 4);
  if (first > end || end > digests) return fail(ErrorCode::kMalformed, "range store: index");
  Bytes rows((end - first) * kRowBytes);
  TRY_STATUS(read_at(file, kRowsAt + first * kRowBytes, rows));
  return rows;
}

}  // namespace

Result<RangeBuild> RangeStore::build(const std::filesystem::path& list,
                                     const std::filesystem::path& folder,
                                     std::size_t bucket_entries_max) {
  BucketFiles buckets;
  for (auto& bucket : buckets) bucket = TRY(temporary_in(folder));
  RangeBuild built;
  built.lines = TRY(distribute(list, buckets));

  const auto path = folder / kRangeFileName;
  const auto partial = folder / (std::string(kRangeFileName) + ".partial");
  const File out(std::fopen(partial.c_str(), "wbe"));
  if (!out) return fail(ErrorCode::kIo, "range store cannot be created");
  const auto digests = write_store(out.get(), buckets, bucket_entries_max);
  if (!digests) {
    ::unlink(partial.c_str());
    return std::unexpected(digests.error());
  }
  built.digests = *digests;
  if (::rename(partial.c_str(), path.c_str()) != 0)
    return fail(ErrorCode::kIo, "range store: rename");
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool durable = directory >= 0 && ::fsync(directory) == 0;
  if (directory >= 0) ::close(directory);
  if (!durable) return fail(ErrorCode::kIo, "range store: fsync of its folder");
  return built;
}

Result<RangeStore> RangeStore::open(const std::filesystem::path& folder) {
  const int file = ::open((folder / kRangeFileName).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                "range store cannot be opened");
  RangeStore store(file, 0);
  std::array<std::uint8_t, kRangeMagic.size()> magic;
  std::array<std::uint8_t, 4> last;
  struct stat info{};
  if (::fstat(file, &info) != 0 || !read_at(file, 0, magic) || text_of(magic) != kRangeMagic ||
      !read_at(file, kIndexAt + kPrefixes * 4ull, last)) {
    return fail(ErrorCode::kMalformed, "range store: head");
  }
  store.digests_ = get_big_endian<std::uint32_t>(last.data());
  if (static_cast<std::uint64_t>(info.st_size) != kRowsAt + store.digests_ * kRowBytes) {
    return fail(ErrorCode::kMalformed, "range store: size");
  }
  return store;
}

RangeStore::RangeStore(RangeStore&& other) noexcept
    : file_(std::exchange(other.file_, -1)), digests_(other.digests_) {}
RangeStore& RangeStore::operator=(RangeStore&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(digests_, other.digests_);
  return *this;
}
RangeStore::~RangeStore() {
  if (file_ >= 0) ::close(file_);
}

Result<std::uint32_t> RangeStore::count_of(std::string_view password) const {
  const auto digest = sha1(password);
  const auto suffix = suffix_of(digest);
  const auto rows = TRY(section(file_, digests_, prefix_of(digest)));
  std::size_t low = 0, high = rows.size() / kRowBytes;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto found = std::span(rows).subspan(middle * kRowBytes, kSuffixBytes);
    const auto order = std::lexicographical_compare_three_way(found.begin(), found.end(),
                                                              suffix.begin(), suffix.end());
    if (order == 0) return get_big_endian<std::uint32_t>(&rows[middle * kRowBytes + kSuffixBytes]);
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return 0u;
}

Result<bool> RangeStore::contains(std::string_view password) const {
  return TRY(count_of(password)) > 0;
}

Result<std::string> RangeStore::range_text(std::string_view prefix) const {
  constexpr const char* kWrong = "range prefix is not five hex digits";
  if (prefix.size() != 5) return fail(ErrorCode::kMalformed, kWrong);
  std::uint32_t number = 0;
  for (const char c : prefix) {
    const int digit = hex_digit(c);
    if (digit < 0) return fail(ErrorCode::kMalformed, kWrong);
    number = number << 4 | static_cast<std::uint32_t>(digit);
  }
  const auto rows = TRY(section(file_, digests_, number));
  std::string text;
  for (std::size_t at = 0; at < rows.size(); at += kRowBytes) {
    if (at != 0) text += "\r\n";
    fmt::format_to(std::back_inserter(text), "{:X}", rows[at]);
    for (std::size_t i = 1; i < kSuffixBytes; ++i)
      fmt::format_to(std::back_inserter(text), "{:02X}", rows[at + i]);
    fmt::format_to(std::back_inserter(text), ":{}",
                   get_big_endian<std::uint32_t>(&rows[at + kSuffixBytes]));
  }
  return text;
}

}  // namespace bulkhead
