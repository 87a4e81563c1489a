#include "crypto/encoding.h"

#include <gtest/gtest.h>

#include "crypto/random.h"

namespace bulkhead {
namespace {

struct Case {
  std::string_view plain, base64, base32;
};

// RFC 4648, section 10 (base32 without its padding).
TEST(EncodingVector, Rfc4648) {
  for (const auto& [plain, base64, base32] :
       {Case{"", "", ""}, Case{"f", "Zg==", "MY"}, Case{"fo", "Zm8=", "MZXQ"},
        Case{"foo", "Zm9v", "MZXW6"}, Case{"foob", "Zm9vYg==", "MZXW6YQ"},
        Case{"fooba", "Zm9vYmE=", "MZXW6YTB"}, Case{"foobar", "Zm9vYmFy", "MZXW6YTBOI"}}) {
    EXPECT_EQ(to_base64(view_of(plain)), base64);
    EXPECT_EQ(text_of(*from_base64(base64)), plain);
    EXPECT_EQ(to_base32(view_of(plain)), base32);
    EXPECT_EQ(text_of(*from_base32(base32)), plain);
  }
  EXPECT_EQ(to_hex(view_of("foobar")), "666f6f626172");
}

TEST(Encoding, EverythingComesBack) {
  for (std::size_t size = 0; size < 200; ++size) {
    Bytes bytes(size);
    random_bytes(bytes);
    EXPECT_EQ(*from_hex(to_hex(bytes)), bytes);
    EXPECT_EQ(*from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(*from_base64url(to_base64url(bytes)), bytes);
    EXPECT_EQ(*from_base32(to_base32(bytes)), bytes);
  }
}

TEST(Encoding, SecondSpellingsAreRefused) {
  for (const auto* text :
       {"Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "Zg==Zg==", "Z===", "Zm-v", "Z"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
  for (const auto* text : {"Zg==", "Zh", "Zm+v", "Zm/v", "Z", "Zg\n"})
    EXPECT_FALSE(from_base64url(text)) << text;
  for (const auto* text : {"0", "0g", "abc", "0x00", "00 00", "00:00"})
    EXPECT_FALSE(from_hex(text)) << text;
  for (const auto* text : {"M", "MZ", "my", "MY======", "MZXW6YTBO", "M1"})
    EXPECT_FALSE(from_base32(text)) << text;
}

TEST(Encoding, TooLongTextIsRefused) {
  const std::string text(kEncodedTextBytesMax + 4, 'A');
  EXPECT_EQ(from_hex(text).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(from_base64(text).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(from_base64url(text).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(from_base32(text).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace bulkhead
