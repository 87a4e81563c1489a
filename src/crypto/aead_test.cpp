#include "crypto/aead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "crypto/block_cipher.h"
#include "crypto/encoding.h"

namespace bulkhead {
namespace {

Bytes key_of(std::string_view hex) { return *from_hex(hex); }
KeyView view(const Bytes& key) { return KeyView(key.data(), kKeyBytes); }

// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test case 16.
TEST(AeadVector, GcmTestCase16) {
  const auto key = key_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const auto plaintext = *from_hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6"
      "b525b16aedf5aa0de657ba"
      "637b39");
  const auto associated = *from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const auto sealed = *from_hex(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682"
      "8838c5f61e6393ba7a0abc"
      "c9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto opened = open_sealed(view(key), sealed, associated);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, plaintext);
}

// FIPS 197, appendix C.3.
TEST(BlockCipherVector, Aes256OfFips197) {
  const auto key = key_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  CipherBlock plain;
  std::ranges::copy(*from_hex("00112233445566778899aabbccddeeff"), plain.begin());
  const auto encrypted = encrypt_block(view(key), plain);
  EXPECT_EQ(to_hex(encrypted), "8ea2b7ca516745bfeafc49904b496089");
  EXPECT_EQ(decrypt_block(view(key), encrypted), plain);
  EXPECT_EQ(encrypt_block(view(key), plain), encrypted);  // the thread's context is used again
}

TEST(Aead, SealedComesBackAndNoncesDiffer) {
  const Bytes key(kKeyBytes, 7);
  std::set<Bytes> seen;
  for (std::size_t size = 0; size < 100; ++size) {
    const Bytes plaintext(size, 9);
    const auto sealed = seal_bytes(view(key), plaintext, view_of("place"));
    EXPECT_EQ(sealed.size(), size + kSealOverheadBytes);
    EXPECT_TRUE(seen.insert(Bytes(sealed.begin(), sealed.begin() + kNonceBytes)).second);
    EXPECT_EQ(*open_sealed(view(key), sealed, view_of("place")), plaintext);
  }
}

TEST(Aead, AnyChangedBitIsNoticed) {
  const Bytes key(kKeyBytes, 7);
  auto sealed = seal_bytes(view(key), view_of("Ada"), view_of("place"));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    sealed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_EQ(open_sealed(view(key), sealed, view_of("place")).error().code, ErrorCode::kCrypto);
    sealed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
  }
  EXPECT_FALSE(open_sealed(view(key), sealed, view_of("Place")));
  EXPECT_FALSE(open_sealed(view(Bytes(kKeyBytes, 8)), sealed, view_of("place")));
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(open_sealed(view(key), ByteView(sealed).first(size), view_of("place")));
  }
  EXPECT_TRUE(
      open_sealed(view(key), sealed, view_of("place")));  // and the thread's context is still sound
}

TEST(Aead, WrongRoomForThePlaintextIsRefusedAndWiped) {
  const Bytes key(kKeyBytes, 7);
  auto sealed = seal_bytes(view(key), view_of("Ada"), {});
  Bytes room(4, 1);
  EXPECT_FALSE(open_into(view(key), sealed, {}, room));
  room.assign(3, 1);
  sealed.back() ^= 1;
  EXPECT_FALSE(open_into(view(key), sealed, {}, room));
  EXPECT_EQ(room, Bytes(3, 0));
}

TEST(Aead, MoreThanTheLimitIsRefused) {
  const Bytes key(kKeyBytes, 7);
  const Bytes sealed(kSealPlaintextBytesMax + 1 + kSealOverheadBytes);
  EXPECT_EQ(open_sealed(view(key), sealed, {}).error().code, ErrorCode::kCrypto);
  EXPECT_DEATH(seal_bytes(view(key), Bytes(kSealPlaintextBytesMax + 1), {}), "broken invariant");
}

TEST(Aead, ThreadsDoNotDisturbEachOther) {
  const auto work = [](std::uint8_t byte) {
    const Bytes key(kKeyBytes, byte);
    for (int i = 0; i < 2000; ++i) {
      const auto opened = open_sealed(view(key), seal_bytes(view(key), Bytes(50, byte), {}), {});
      ASSERT_TRUE(opened);
      ASSERT_EQ(*opened, Bytes(50, byte));
    }
  };
  std::jthread first(work, std::uint8_t{1});
  std::jthread second(work, std::uint8_t{2});
}

}  // namespace
}  // namespace bulkhead
