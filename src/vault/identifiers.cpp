#include "vault/identifiers.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/check.h"
#include "crypto/hash.h"
#include "vault/fields.h"
#include "vault/text.h"

namespace bulkhead {
namespace {

// Latin letters with marks, as ranges of code points that share their plain letters. (ICAO 9303-3,
// section 6, writes AE for ä as well; dropping the mark makes ä and a + U+0308 equal.)
struct Plain {
  char32_t first, last;
  std::string_view letters;
};
constexpr std::array kPlain{
    Plain{0xc0, 0xc5, "A"},     Plain{0xc6, 0xc6, "AE"},    Plain{0xc7, 0xc7, "C"},
    Plain{0xc8, 0xcb, "E"},     Plain{0xcc, 0xcf, "I"},     Plain{0xd0, 0xd0, "D"},
    Plain{0xd1, 0xd1, "N"},     Plain{0xd2, 0xd6, "O"},     Plain{0xd8, 0xd8, "O"},
    Plain{0xd9, 0xdc, "U"},     Plain{0xdd, 0xdd, "Y"},     Plain{0xde, 0xde, "TH"},
    Plain{0xdf, 0xdf, "SS"},    Plain{0xe0, 0xe5, "A"},     Plain{0xe6, 0xe6, "AE"},
    Plain{0xe7, 0xe7, "C"},     Plain{0xe8, 0xeb, "E"},     Plain{0xec, 0xef, "I"},
    Plain{0xf0, 0xf0, "D"},     Plain{0xf1, 0xf1, "N"},     Plain{0xf2, 0xf6, "O"},
    Plain{0xf8, 0xf8, "O"},     Plain{0xf9, 0xfc, "U"},     Plain{0xfd, 0xfd, "Y"},
    Plain{0xfe, 0xfe, "TH"},    Plain{0xff, 0xff, "Y"},     Plain{0x100, 0x105, "A"},
    Plain{0x106, 0x10d, "C"},   Plain{0x10e, 0x111, "D"},   Plain{0x112, 0x11b, "E"},
    Plain{0x11c, 0x123, "G"},   Plain{0x124, 0x127, "H"},   Plain{0x128, 0x131, "I"},
    Plain{0x132, 0x133, "IJ"},  Plain{0x134, 0x135, "J"},   Plain{0x136, 0x138, "K"},
    Plain{0x139, 0x142, "L"},   Plain{0x143, 0x14b, "N"},   Plain{0x14c, 0x151, "O"},
    Plain{0x152, 0x153, "OE"},  Plain{0x154, 0x159, "R"},   Plain{0x15a, 0x161, "S"},
    Plain{0x162, 0x167, "T"},   Plain{0x168, 0x173, "U"},   Plain{0x174, 0x175, "W"},
    Plain{0x176, 0x178, "Y"},   Plain{0x179, 0x17e, "Z"},   Plain{0x17f, 0x17f, "S"},
    Plain{0x1a0, 0x1a1, "O"},   Plain{0x1af, 0x1b0, "U"},   Plain{0x1cd, 0x1ce, "A"},
    Plain{0x218, 0x219, "S"},   Plain{0x21a, 0x21b, "T"},   Plain{0x1e9e, 0x1e9e, "SS"},
    Plain{0x1ea0, 0x1eb7, "A"}, Plain{0x1eb8, 0x1ec7, "E"}, Plain{0x1ec8, 0x1ecb, "I"},
    Plain{0x1ecc, 0x1ee3, "O"}, Plain{0x1ee4, 0x1ef1, "U"}, Plain{0x1ef2, 0x1ef9, "Y"}};
static_assert(std::ranges::is_sorted(kPlain, {}, &Plain::first));

std::string_view plain_letters(char32_t point) {
  const auto after = std::ranges::upper_bound(kPlain, point, {}, &Plain::first);
  if (after == kPlain.begin()) return {};
  const auto& range = *std::prev(after);
  return point <= range.last ? range.letters : std::string_view();
}

char32_t upper_greek_or_cyrillic(char32_t point) {
  if (point == 0x3c2) return 0x3a3;  // final sigma
  if ((point >= 0x3b1 && point <= 0x3c9) || (point >= 0x430 && point <= 0x44f)) return point - 0x20;
  if (point >= 0x450 && point <= 0x45f) return point - 0x50;
  return point;
}

constexpr char kBarePair[] = "a name and birth are written FAMILY NAME|YYYY-MM-DD";

Result<std::string> normalise_name_and_birth(std::string_view text) {
  const auto bar = text.find('|');
  if (bar == std::string_view::npos) return fail(ErrorCode::kMalformed, kBarePair);
  auto name = normalise_name(TRY(check_field(Field::kFamilyName, text.substr(0, bar))));
  if (name.empty()) return fail(ErrorCode::kMalformed, kBarePair);
  return name + "|" + TRY(check_field(Field::kBirthDate, text.substr(bar + 1)));
}

}  // namespace

std::string normalise_name(std::string_view name) {
  std::string normal;
  while (const auto point = take_code_point(name)) {
    if (*point < 0x80) {
      const char c = static_cast<char>(*point);
      if (is_letter_or_digit(c)) normal.push_back(to_upper(c));
    } else if (const auto letters = plain_letters(*point); !letters.empty()) {
      normal += letters;
    } else if (*point >= 0x370 && !(*point >= 0x2000 &&
                                    *point <= 0x206f)) {  // other scripts; no marks, no punctuation
      append_code_point(upper_greek_or_cyrillic(*point), normal);
    }
  }
  return normal;
}

Result<std::string> normalise(IdentifierKind kind, std::string_view text) {
  if (text.size() > kFieldValueBytesMax)
    return fail(ErrorCode::kTooLarge, "an identifier is too long");
  switch (kind) {
    case IdentifierKind::kEmail: {
      // The local part's case matters by the standard and to no mail system; people type it either
      // way.
      auto address = TRY(check_field(Field::kEmail, text));
      std::ranges::transform(address, address.begin(), to_lower);
      return address;
    }
    case IdentifierKind::kPhone:
      return check_field(Field::kPhone, text);
    case IdentifierKind::kFrequentFlyer:
      return check_field(Field::kFrequentFlyer, text);
    case IdentifierKind::kLocator:
      return check_field(Field::kLocator, text);
    case IdentifierKind::kTicket: {
      // With or without its check digit it is the same ticket.
      return TRY(check_field(Field::kTicket, text)).substr(0, 13);
    }
    case IdentifierKind::kNameAndBirth:
      return normalise_name_and_birth(text);
  }
  return fail(ErrorCode::kMalformed, "not a kind of identifier");
}

BlindTag blind_tag(const KeyRing& ring, IdentifierKind kind, std::string_view normalised) {
  std::string message(1, static_cast<char>(kind));
  message += normalised;
  const auto digest = ring.with_raw_key(RingKey::kIndex, [&](KeyView key) -> Result<Digest> {
    return hmac_sha256(ByteView(key), view_of(message));
  });
  CHECK(digest.has_value());  // only compartments can be locked
  BlindTag tag;
  std::copy_n(digest->begin(), tag.size(), tag.begin());
  return tag;
}

std::vector<Identifier> identifiers_of(const Record& record) {
  std::vector<Identifier> identifiers;
  const auto add = [&](IdentifierKind kind, std::string_view text) {
    auto normalised = normalise(kind, text);
    if (!normalised) return;  // a checked value always fits, but for a name without letters
    Identifier identifier{kind, std::move(*normalised)};
    if (std::ranges::find(identifiers, identifier) == identifiers.end())
      identifiers.push_back(std::move(identifier));
  };
  const std::string* family_name = nullptr;
  const std::string* birth_date = nullptr;
  for (const auto& value : record) {
    switch (value.field) {
      case Field::kEmail:
        add(IdentifierKind::kEmail, value.value);
        break;
      case Field::kPhone:
        add(IdentifierKind::kPhone, value.value);
        break;
      case Field::kFrequentFlyer:
        add(IdentifierKind::kFrequentFlyer, value.value);
        break;
      case Field::kLocator:
        add(IdentifierKind::kLocator, value.value);
        break;
      case Field::kTicket:
        add(IdentifierKind::kTicket, value.value);
        break;
      case Field::kFamilyName:
        family_name = family_name == nullptr ? &value.value : family_name;
        break;
      case Field::kBirthDate:
        birth_date = birth_date == nullptr ? &value.value : birth_date;
        break;
      default:
        break;
    }
  }
  if (family_name != nullptr && birth_date != nullptr) {
    add(IdentifierKind::kNameAndBirth, *family_name + "|" + *birth_date);
  }
  return identifiers;
}

}  // namespace bulkhead
