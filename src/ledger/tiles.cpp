#include "ledger/tiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/check.h"

namespace bulkhead {
namespace {

// Three digits a group, all but the last behind an 'x': 1234067 is x001/x234/067.
std::string spell_index(std::uint64_t index) {
  auto text = fmt::format("{:03}", index % 1000);
  while (index >= 1000) {
    index /= 1000;
    text = fmt::format("x{:03}/{}", index % 1000, text);
  }
  return text;
}

std::string base_path_of(const TileName& name) {
  switch (name.kind) {
    case TileKind::kHashes:
      return fmt::format("tile/{}/{}", name.level, spell_index(name.index));
    case TileKind::kEntries:
      return fmt::format("tile/entries/{}", spell_index(name.index));
    case TileKind::kPrivate:
      return fmt::format("private/{}", spell_index(name.index));
  }
  return {};
}

template <class Unsigned>
bool read_number(std::string_view text, Unsigned& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc{} && end == text.data() + text.size();
}

// Takes the text up to and with `mark` off the front; false when there is none.
bool take_until(std::string_view& text, char mark, std::string_view& head) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return false;
  head = text.substr(0, at);
  text.remove_prefix(at + 1);
  return true;
}

bool read_index(std::string_view text, std::uint64_t& index) {
  std::string digits;
  std::string_view group;
  while (text.starts_with('x')) {
    text.remove_prefix(1);
    if (!take_until(text, '/', group)) return false;
    digits += group;
  }
  digits += text;
  return read_number(std::string_view(digits), index);
}

}  // namespace

std::string path_of(const TileName& name) {
  auto path = base_path_of(name);
  if (name.width != kTileWidth) path += fmt::format(".p/{}", name.width);
  return path;
}

std::string partials_path_of(const TileName& name) { return base_path_of(name) + ".p"; }

Result<TileName> parse_tile_path(std::string_view path) {
  const auto malformed = fail(ErrorCode::kMalformed, "not the path of a tile");
  TileName name;
  auto rest = path;
  std::string_view head;
  if (!take_until(rest, '/', head)) return malformed;
  if (head == "private") {
    name.kind = TileKind::kPrivate;
  } else if (head == "tile" && take_until(rest, '/', head)) {
    name.kind = head == "entries" ? TileKind::kEntries : TileKind::kHashes;
    if (name.kind == TileKind::kHashes && !read_number(head, name.level)) return malformed;
  } else {
    return malformed;
  }
  if (const auto at = rest.find(".p/"); at != std::string_view::npos) {
    if (!read_number(rest.substr(at + 3), name.width) || name.width == 0 ||
        name.width >= kTileWidth)
      return malformed;
    rest = rest.substr(0, at);
  }
  if (!read_index(rest, name.index) || name.level >= kTileLevelsMax) return malformed;
  // Only the one canonical spelling comes back as it was.
  if (path_of(name) != path) return malformed;
  return name;
}

std::uint64_t hashes_at(unsigned level, TreeSize size) {
  return level >= 8 ? 0 : size.value >> (8 * level);
}

unsigned width_at(unsigned level, std::uint64_t index, TreeSize size) {
  const auto hashes = hashes_at(level, size);
  if (index > hashes / kTileWidth) return 0;
  return static_cast<unsigned>(std::min<std::uint64_t>(hashes - index * kTileWidth, kTileWidth));
}

Bytes encode_tile(std::span<const Digest> hashes) {
  Bytes bytes(hashes.size_bytes());
  if (!hashes.empty()) std::memcpy(bytes.data(), hashes.data(), bytes.size());
  return bytes;
}

Result<std::vector<Digest>> parse_tile(ByteView bytes, unsigned width) {
  if (bytes.size() != width * sizeof(Digest))
    return fail(ErrorCode::kMalformed, "a tile has another length");
  std::vector<Digest> hashes(width);
  if (width != 0) std::memcpy(hashes.data(), bytes.data(), bytes.size());
  return hashes;
}

Result<Bytes> cut_tile_file(ByteView wider, const TileName& name, unsigned wider_width) {
  CHECK(name.width <= wider_width);
  if (name.kind == TileKind::kHashes) {
    const auto hashes = TRY(parse_tile(wider, wider_width));
    return encode_tile(std::span(hashes).first(name.width));
  }
  const auto items = TRY(parse_bundle(wider, wider_width));
  Bytes head;
  for (unsigned i = 0; i < name.width; ++i) TRY_STATUS(append_to_bundle(head, items[i]));
  return head;
}

Status append_to_bundle(Bytes& bundle, ByteView item) {
  if (item.size() > kBundleEntryBytesMax)
    return fail(ErrorCode::kTooLarge, "an entry is over 65,535 bytes");
  const auto at = bundle.size();
  bundle.resize(at + 2 + item.size());
  put_big_endian(static_cast<std::uint16_t>(item.size()), bundle.data() + at);
  std::copy(item.begin(), item.end(), bundle.begin() + static_cast<std::ptrdiff_t>(at + 2));
  return {};
}

Result<std::vector<ByteView>> parse_bundle(ByteView bytes, unsigned width) {
  const auto malformed = fail(ErrorCode::kMalformed, "a bundle does not hold its entries");
  std::vector<ByteView> items;
  items.reserve(width);
  for (unsigned i = 0; i < width; ++i) {
    if (bytes.size() < 2) return malformed;
    const std::size_t length = get_big_endian<std::uint16_t>(bytes.data());
    bytes = bytes.subspan(2);
    if (bytes.size() < length) return malformed;
    items.push_back(bytes.first(length));
    bytes = bytes.subspan(length);
  }
  if (!bytes.empty()) return malformed;
  return items;
}

}  // namespace bulkhead
