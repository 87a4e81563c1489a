#include "drills/token_search.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "crypto/encoding.h"
#include "records/demo_airline.h"

namespace bulkhead::drills {
namespace {

const std::string kToken = drill_token(7, 42, Field::kEmail);

std::vector<TokenForm> forms_in(ByteView bytes) {
  const TokenTable table{{kToken, {42, Field::kEmail}}};
  std::vector<TokenForm> forms;
  find_tokens(bytes, table, [&](const TokenOwner& owner, TokenForm form) {
    EXPECT_EQ(owner.customer, 42u);
    EXPECT_EQ(owner.field, Field::kEmail);
    forms.push_back(form);
  });
  return forms;
}
std::vector<TokenForm> forms_in(const std::string& text) { return forms_in(view_of(text)); }
const std::vector<TokenForm> kNone;
std::vector<TokenForm> one(TokenForm form) { return {form}; }

TEST(TokenSearch, FindsItAsItIs) {
  EXPECT_EQ(kToken.size(), kTokenLetters);
  EXPECT_EQ(forms_in(kToken), one(TokenForm::kPlain));
  EXPECT_EQ(forms_in("Anna.Bloom." + kToken + "@example.org"), one(TokenForm::kPlain));
  EXPECT_EQ(forms_in("letters" + kToken + "beside"), one(TokenForm::kPlain));
  EXPECT_EQ(forms_in(kToken.substr(1)), kNone);
  EXPECT_EQ(forms_in(std::string()), kNone);
}

TEST(TokenSearch, FindsUtf16OfEitherOrder) {
  for (const bool big : {false, true}) {
    std::string wide = "x";  // so that it begins at an odd byte once
    for (const char c : kToken) wide += big ? std::string{'\0', c} : std::string{c, '\0'};
    EXPECT_EQ(forms_in(wide), one(TokenForm::kUtf16));
    EXPECT_EQ(forms_in(wide.substr(1)), one(TokenForm::kUtf16));
  }
}

TEST(TokenSearch, FindsHexAtEitherHalf) {
  EXPECT_EQ(forms_in(to_hex(view_of(kToken))), one(TokenForm::kHex));
  EXPECT_EQ(forms_in("f" + to_hex(view_of(kToken))), one(TokenForm::kHex));
}

TEST(TokenSearch, FindsBase64AtEachAlignment) {
  for (const auto* const before : {"", "-", "--", "---"}) {
    const auto text = before + kToken + "!";
    EXPECT_EQ(forms_in(to_base64(view_of(text))), one(TokenForm::kBase64)) << before;
    EXPECT_EQ(forms_in("\"" + to_base64url(view_of(text)) + "\""), one(TokenForm::kBase64))
        << before;
    EXPECT_EQ(forms_in("A" + to_base64(view_of(text))), one(TokenForm::kBase64)) << before;
  }
}

Bytes deflated(const std::string& text, int window_bits) {
  z_stream state{};
  EXPECT_EQ(deflateInit2(&state, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  Bytes out(text.size() + 256);
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = out.data();
  state.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&state, Z_FINISH), Z_STREAM_END);
  out.resize(state.total_out);
  deflateEnd(&state);
  return out;
}

TEST(TokenSearch, FindsItInsideCompressedStreams) {
  // Repeated parts become references, so the token itself is cut up in the stream.
  const auto text = kToken.substr(0, 6) + "0" + kToken.substr(5) + "0" + kToken;
  for (const int bits : {15, 15 + 16, 9}) {
    auto stream = deflated(text, bits);
    stream.insert(stream.begin(), {1, 2, 3});
    EXPECT_EQ(forms_in(ByteView(stream)), one(TokenForm::kCompressed)) << bits;
    stream.resize(stream.size() - 4);  // torn, as in a copy of a running system
    EXPECT_EQ(forms_in(ByteView(stream)), one(TokenForm::kCompressed)) << bits;
  }
}

TEST(TokenSearch, LooksNoFurtherThanItsMaximum) {
  const std::string far(kInflatedBytesMax + 65536, '.');
  EXPECT_EQ(forms_in(ByteView(deflated(far + kToken, 15))), kNone);
}

}  // namespace
}  // namespace bulkhead::drills
