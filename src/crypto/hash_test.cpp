#include "crypto/hash.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/secret_access.h"

namespace bulkhead {
namespace {

std::string hex_of(const SecretBytes& secret) {
  return to_hex(secret.read(SecretAccessForCrypto::show()));
}

// FIPS 180-4 examples (NIST CSRC, "SHA256.pdf").
TEST(HashVector, Sha256OfNistExamples) {
  EXPECT_EQ(to_hex(sha256(view_of("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(view_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// RFC 4231, sections 4.2, 4.3 and 4.7 (a key longer than a block).
TEST(HashVector, HmacOfRfc4231) {
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(20, 0x0b), view_of("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256(view_of("Jefe"), view_of("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(SecretBytes(Bytes(131, 0xaa)),
                               view_of("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// RFC 5869, appendix A.1 and A.3 (no salt, no info).
TEST(HashVector, HkdfOfRfc5869) {
  const SecretBytes key(Bytes(22, 0x0b));
  EXPECT_EQ(hex_of(*hkdf_sha256(key, *from_hex("000102030405060708090a0b0c"),
                                *from_hex("f0f1f2f3f4f5f6f7f8f9"), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(hex_of(*hkdf_sha256(key, {}, {}, 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Hash, PiecesGiveTheSameAsTheWhole) {
  Bytes bytes(1000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
  Sha256 hash;
  for (int round = 0; round < 2; ++round) {  // finish() starts afresh
    for (std::size_t at = 0; at < bytes.size(); at += 100)
      hash.update(ByteView(bytes).subspan(at, 100));
    EXPECT_EQ(hash.finish(), sha256(bytes));
  }
}

TEST(Hash, HkdfRefusesMoreThanItsLimit) {
  const SecretBytes key(Bytes(32, 1));
  EXPECT_EQ(hkdf_sha256(key, {}, {}, kHkdfBytesMax)->size(), kHkdfBytesMax);
  EXPECT_EQ(hkdf_sha256(key, {}, {}, kHkdfBytesMax + 1).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace bulkhead
