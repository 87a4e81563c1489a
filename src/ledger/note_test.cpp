#include "ledger/note.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "crypto/secret_access.h"
#include "ledger/checkpoint.h"
#include "ledger/cosignature.h"
#include "ledger/merkle.h"
#include "ledger/tlog_proof.h"
#include "ledger/vectors_for_test.h"

namespace bulkhead {
namespace {

constexpr std::string_view kSpecKey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kGoKey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kGoSecret =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr std::string_view kLogKey =
    "bulkhead.example/ledger+fee6521f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
constexpr std::string_view kWitnessKey =
    "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

NoteVerifier verifier(std::string_view vkey) { return NoteVerifier::parse(vkey).value(); }
SigningKey key_for_test() {
  Bytes seed(32);
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i);
  return SigningKey::from_seed(SecretBytes(ByteView(seed))).value();
}

TEST(NoteVector, SpecExampleOpens) {
  const auto key = verifier(kSpecKey);
  EXPECT_EQ(key.text(), kSpecKey);
  const auto note = open_note(read_vector("note-c2sp.txt"), {&key, 1});
  ASSERT_TRUE(note) << note.error().context;
  EXPECT_EQ(note->text, "This is an example message.\n");
}

TEST(NoteVector, GoExampleIsReproducedFromItsSecretKey) {
  const auto expected = read_vector("note-go.txt");
  const auto key = verifier(kGoKey);
  auto note = open_note(expected, {&key, 1}).value();
  const auto signer = NoteSigner::parse(kGoSecret).value();
  note.signatures = {sign_note(note.text, signer.name, signer.key).value()};
  EXPECT_EQ(format_note(note).value(), expected);
}

TEST(NoteVector, CosignatureIsReproducedAndOpens) {
  const auto expected = read_vector("cosignature.txt");
  const auto log = verifier(kLogKey);
  const auto witness = verifier(kWitnessKey);
  const auto opened = open_note(expected, std::vector{log, witness});
  ASSERT_TRUE(opened) << opened.error().context;
  ASSERT_EQ(opened->signatures.size(), 2u);
  EXPECT_EQ(cosignature_time_s(opened->signatures[1]).value(), 1767225600u);
  const auto checkpoint = open_checkpoint(expected, log).value();
  EXPECT_EQ(checkpoint.size, TreeSize{1});

  const auto key = key_for_test();
  Note note{format_checkpoint(checkpoint), {}};
  note.signatures.push_back(sign_note(note.text, "bulkhead.example/ledger", key).value());
  note.signatures.push_back(cosign(note.text, "witness.example/w1", key, 1767225600).value());
  EXPECT_EQ(format_note(note).value(), expected);
}

TEST(Note, AnyChangedByteIsRefused) {
  const auto good = read_vector("note-c2sp.txt");
  const auto key = verifier(kSpecKey);
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(open_note(bad, {&key, 1})) << i;
    EXPECT_FALSE(open_note(std::string_view(good).substr(0, i), {&key, 1})) << i;
  }
}

TEST(Note, UnknownKeysAreIgnoredAndAFailingKnownOneRefusesAll) {
  const auto key = key_for_test();
  Note note{"text\n\nwith a blank line\n", {}};
  note.signatures.push_back(sign_note(note.text, "a.example", key).value());
  note.signatures.push_back(sign_note(note.text, "b.example", key).value());
  const auto a = NoteVerifier::create("a.example", NoteKeyType::kEd25519, key.public_key()).value();
  const auto b = NoteVerifier::create("b.example", NoteKeyType::kEd25519, key.public_key()).value();
  auto opened = open_note(format_note(note).value(), {&a, 1}).value();
  EXPECT_EQ(opened.text, note.text);
  EXPECT_EQ(opened.signatures.size(), 1u);
  note.signatures[1].signature[0] ^= 1;
  EXPECT_TRUE(open_note(format_note(note).value(), {&a, 1}));
  EXPECT_EQ(open_note(format_note(note).value(), std::vector{a, b}).error().code,
            ErrorCode::kCrypto);
  EXPECT_EQ(open_note(format_note(note).value(), {}).error().code, ErrorCode::kCrypto);
}

TEST(Note, SixteenSignaturesAreTakenAndTooManyRefused) {
  const auto key = key_for_test();
  Note note{"text\n", {}};
  const auto line = sign_note(note.text, "a.example", key).value();
  note.signatures.assign(16, line);
  EXPECT_TRUE(format_note(note));
  note.signatures.assign(kNoteSignaturesMax, line);
  EXPECT_TRUE(format_note(note));
  note.signatures.assign(kNoteSignaturesMax + 1, line);
  EXPECT_EQ(format_note(note).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(parse_note(std::string(kNoteBytesMax + 1, 'x')).error().code, ErrorCode::kTooLarge);
}

TEST(Note, MalformedNotesAndNamesAreRefused) {
  const std::string signature =
      " "
      "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
      "\n";
  const auto note = [&](std::string_view text, std::string_view after_dash) {
    return fmt::format("{}\u2014 {}", text, after_dash);
  };
  const auto with_a = [&](std::string_view text) { return note(text, "a" + signature); };
  EXPECT_TRUE(parse_note(with_a("t\n\n")));
  for (const auto& bad : {with_a("t\n"), note("t\n\n", signature), "t\n\n- a" + signature,
                          std::string("t\n\n"), with_a("t\x01\n\n"), with_a("t\xff\n\n"),
                          note("t\n\n", "a+b" + signature), note("t\n\n", "a\u00a0b" + signature),
                          note("t\n\n", "a AAAA\n"), with_a("t\r\n\n"), with_a("t\n\n") + "x",
                          // Found by fuzzing: no base64, though libsodium takes it.
                          note("t\n\n", "Tw ilejjttile\xda\x95\n"), with_a("t\xc0\x80\n\n"),
                          with_a("t\xed\xa0\x80\n\n")}) {
    EXPECT_FALSE(parse_note(bad)) << bad;
  }
}

TEST(Note, MangledKeysAreRefused) {
  const std::string good(kGoKey);
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    ++bad[i];
    EXPECT_FALSE(NoteVerifier::parse(bad)) << bad;
    EXPECT_FALSE(NoteVerifier::parse(good.substr(0, i)));
    EXPECT_FALSE(NoteVerifier::parse(good.substr(i + 1)));
  }
  EXPECT_FALSE(NoteSigner::parse(kGoKey));
}

TEST(Checkpoint, HasOneSpelling) {
  const std::string root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  EXPECT_TRUE(parse_checkpoint("o\n0\n" + root + "\n"));
  EXPECT_EQ(parse_checkpoint("o\n10\n" + root + "\nextension\n")->extensions.size(), 1u);
  for (const auto& bad : {"o\n00\n" + root + "\n", "o\n+1\n" + root + "\n", "o\n-1\n" + root + "\n",
                          "\n0\n" + root + "\n", "o\n0\n" + root, std::string("o\n0\nAAAA\n"),
                          "o\n0\n" + root + "\n\n", "o\n9223372036854775808\n" + root + "\n",
                          "o\n\n" + root + "\n", std::string("o\n0\n")}) {
    EXPECT_FALSE(parse_checkpoint(bad)) << bad;
  }
}

TEST(Checkpoint, OfAnotherOriginIsRefused) {
  const auto key = key_for_test();
  Note note{"other.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", {}};
  note.signatures.push_back(sign_note(note.text, "bulkhead.example/ledger", key).value());
  EXPECT_EQ(open_checkpoint(format_note(note).value(), verifier(kLogKey)).error().code,
            ErrorCode::kMalformed);
}

TEST(TlogProof, GoesBothWaysAndProvesOnlyItsLeaf) {
  TlogProof proof{Bytes{1, 2, 3}, {0}, {}, read_vector("cosignature.txt")};
  const auto text = format_tlog_proof(proof);
  EXPECT_TRUE(text.starts_with(
      "c2sp.org/tlog-proof@v1\nextra AQID\nindex 0\n\nbulkhead.example/ledger\n1\n"));
  EXPECT_EQ(parse_tlog_proof(text).value(), proof);
  EXPECT_TRUE(verify_tlog_proof(proof, view_of("hello"), verifier(kLogKey)));
  EXPECT_FALSE(verify_tlog_proof(proof, view_of("hullo"), verifier(kLogKey)));
  proof.extra.reset();
  EXPECT_EQ(parse_tlog_proof(format_tlog_proof(proof)).value(), proof);
  proof.hashes.resize(kProofHashesMax);
  EXPECT_EQ(parse_tlog_proof(format_tlog_proof(proof)).value(), proof);
  EXPECT_FALSE(verify_tlog_proof(proof, view_of("hello"), verifier(kLogKey)));
  proof.hashes.resize(kProofHashesMax + 1);
  EXPECT_EQ(parse_tlog_proof(format_tlog_proof(proof)).error().code, ErrorCode::kTooLarge);
}

TEST(TlogProof, EveryCutIsRefused) {
  const auto text =
      format_tlog_proof({std::nullopt, {0}, {Digest{}}, read_vector("cosignature.txt")});
  // A cut after a whole signature line leaves a shorter but proper note.
  const auto first_note_end = text.find("xgU=\n") + 5;
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_EQ(parse_tlog_proof(std::string_view(text).substr(0, i)).has_value(),
              i == first_note_end)
        << i;
  }
}

}  // namespace
}  // namespace bulkhead
