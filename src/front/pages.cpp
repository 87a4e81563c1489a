#include "front/pages.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/random.h"

namespace bulkhead::front {
namespace {

constexpr std::string_view kPagesHead = "bulkhead pages v1 ";
constexpr std::string_view kEntry = "/";
constexpr std::string_view kNonceMark = "{nonce}";
constexpr std::string_view kHouseMark = "{house}";
constexpr std::size_t kTagBytes = 16;
constexpr Error kNoPages{ErrorCode::kMalformed, "the file with the desk's pages is malformed"};

// Takes what stands before `end` off the front of `text`.
std::optional<std::string_view> take_until(std::string_view& text, char end) {
  const auto at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const auto part = text.substr(0, at);
  text.remove_prefix(at + 1);
  return part;
}

std::optional<std::size_t> size_from(std::optional<std::string_view> text) {
  std::size_t value = 0;
  if (!text || text->empty()) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value > kPagesBytesMax)
    return std::nullopt;
  return value;
}

struct PageLine {
  std::string path, content_type;
  std::array<std::size_t, 3> sizes{};  // plain, gzip, Brotli
};

// Visible characters, and spaces where `spaces`: what may stand in a field of a response.
bool is_plain_text(std::string_view text, bool spaces) {
  for (const char c : text) {
    if (c < ' ' || c > '~' || (c == ' ' && !spaces)) return false;
  }
  return !text.empty();
}

std::optional<PageLine> read_line(std::string_view line) {
  PageLine read;
  const auto path = take_until(line, '\t');
  const auto type = take_until(line, '\t');
  const auto plain = size_from(take_until(line, '\t'));
  const auto gzip = size_from(take_until(line, '\t'));
  const auto brotli = size_from(line);
  if (!path || !type || !plain || !gzip || !brotli) return std::nullopt;
  if (!path->starts_with('/') || !is_plain_text(*path, false) || !is_plain_text(*type, true))
    return std::nullopt;
  return PageLine{std::string(*path), std::string(*type), {*plain, *gzip, *brotli}};
}

bool holds_once(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  return at != std::string_view::npos && text.find(mark, at + 1) == std::string_view::npos;
}

std::string tag_of(std::string_view text) {
  const auto digest = sha256(view_of(text));
  return '"' + to_base64url(ByteView(digest).first(kTagBytes)) + '"';
}

// Whether "gzip, br;q=1" lets `coding` in (RFC 9110 section 12.5.3); one that is refused does not.
bool accepts(std::string_view accept_encoding, std::string_view coding) {
  while (!accept_encoding.empty()) {
    const auto end = std::min(accept_encoding.find(','), accept_encoding.size());
    auto one = accept_encoding.substr(0, end);
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    const auto name = one.substr(0, one.find_first_of("; "));
    if (name == coding) return one.find("q=0") == std::string_view::npos;
  }
  return false;
}

void replace_mark(std::string& text, std::string_view mark, std::string_view with) {
  const auto at = text.find(mark);
  CHECK(at != std::string::npos);
  text.replace(at, mark.size(), with);
}

}  // namespace

Result<Pages> Pages::parse(std::string packed) {
  if (packed.size() > kPagesBytesMax)
    return fail(ErrorCode::kTooLarge, "the desk's pages are larger than 8 MiB");
  Pages pages;
  pages.packed_ = std::make_unique<const std::string>(std::move(packed));
  std::string_view rest = *pages.packed_;
  if (!rest.starts_with(kPagesHead)) return std::unexpected(kNoPages);
  rest.remove_prefix(kPagesHead.size());
  const auto count = size_from(take_until(rest, '\n'));
  if (!count || *count == 0) return std::unexpected(kNoPages);
  if (*count > kPagesMax) return fail(ErrorCode::kTooLarge, "the desk has more than 256 pages");

  std::vector<PageLine> lines;
  while (lines.size() < *count) {
    const auto text = take_until(rest, '\n');
    auto line = text ? read_line(*text) : std::nullopt;
    const bool rises = lines.empty() || (line && lines.back().path < line->path);
    if (!line || !rises) return std::unexpected(kNoPages);
    lines.push_back(std::move(*line));
  }
  if (take_until(rest, '\n') != "") return std::unexpected(kNoPages);
  for (auto& line : lines) {
    Page page{std::move(line.content_type), {}, {}, {}, {}};
    const std::array forms{&page.plain, &page.gzip, &page.brotli};
    for (std::size_t i = 0; i < forms.size(); ++i) {
      if (line.sizes[i] > rest.size()) return std::unexpected(kNoPages);
      *forms[i] = rest.substr(0, line.sizes[i]);
      rest.remove_prefix(line.sizes[i]);
    }
    page.etag = tag_of(page.plain);
    pages.pages_.emplace(std::move(line.path), std::move(page));
  }
  const auto entry = pages.pages_.find(kEntry);
  const bool has_entry = entry != pages.pages_.end() &&
                         holds_once(entry->second.plain, kNonceMark) &&
                         holds_once(entry->second.plain, kHouseMark);
  if (!rest.empty() || !has_entry) return std::unexpected(kNoPages);
  return pages;
}

Result<Pages> Pages::read(int fd) {
  std::string packed;
  std::array<char, 65536> part;
  for (;;) {
    const auto got = pread(fd, part.data(), part.size(), static_cast<off_t>(packed.size()));
    if (got < 0) return fail(ErrorCode::kIo, "the file with the desk's pages cannot be read");
    if (got == 0) return parse(std::move(packed));
    packed.append(part.data(), static_cast<std::size_t>(got));
    if (packed.size() > kPagesBytesMax) return parse(std::move(packed));
  }
}

bool Pages::show(const Request& request, Response& to) const {
  const auto found = pages_.find(request.path());
  if (found == pages_.end() || found->first == kEntry) return false;
  const auto& page = found->second;
  to.policy = Policy::kPage;
  to.unchanging = true;
  to.content_type = page.content_type;
  to.extra_fields += "ETag: " + page.etag + "\r\nVary: Accept-Encoding\r\n";
  if (request.if_none_match == page.etag) {
    to.status = 304;
    return true;
  }
  const bool brotli = !page.brotli.empty() && accepts(request.accept_encoding, "br");
  const bool gzip = !brotli && !page.gzip.empty() && accepts(request.accept_encoding, "gzip");
  if (brotli || gzip)
    to.extra_fields += brotli ? "Content-Encoding: br\r\n" : "Content-Encoding: gzip\r\n";
  to.body = brotli ? page.brotli : gzip ? page.gzip : page.plain;
  return true;
}

void Pages::show_entry(bool demo, Response& to) const {
  const auto& page = pages_.find(kEntry)->second;
  std::array<std::uint8_t, 16> nonce;
  random_bytes(nonce);
  to.nonce = to_base64url(nonce);
  to.policy = Policy::kApp;
  to.content_type = page.content_type;
  to.body = page.plain;
  replace_mark(to.body, kNonceMark, to.nonce);
  replace_mark(to.body, kHouseMark, demo ? "demo" : "live");
}

}  // namespace bulkhead::front
