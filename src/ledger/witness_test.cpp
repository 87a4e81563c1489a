#include "ledger/witness.h"

#include "crypto/encoding.h"
#include "ledger/cosignature.h"
#include "ledger/ledger_for_test.h"

namespace bulkhead {
namespace {

// A witness in the test: knows one size and root of the log, and cosigns what follows from it.
class WitnessTest : public testing::Test {
 protected:
  void SetUp() override {
    ledger_ = open_ledger_for_test(directory_.path(), disk_).value();
    grow(0, 300);
  }
  void grow(std::uint64_t from, std::uint64_t to) {
    ASSERT_TRUE(ledger_->append(entries_for_test(from, to)));
    ASSERT_TRUE(ledger_->checkpoint_now());
  }
  NoteVerifier verifier() const {
    return NoteVerifier::create("witness.example", NoteKeyType::kCosignature, key_.public_key())
        .value();
  }
  std::string cosigned_line(const std::string& note, std::string_view name = "witness.example") {
    const auto text = parse_note(note)->text;
    const auto whole =
        format_note({text, {cosign(text, name, key_, 1'767'225'600).value()}}).value();
    return whole.substr(text.size() + 1);
  }

  TestDirectory directory_;
  PosixDisk disk_;
  std::unique_ptr<Ledger> ledger_;
  SigningKey key_ = SigningKey::generate();
};

TEST_F(WitnessTest, TheBodyIsAsTheSpecificationWritesIt) {
  const std::vector<Digest> proof{Digest{1}, Digest{2}};
  EXPECT_EQ(add_checkpoint_body(TreeSize{7}, proof, "note\n"),
            "old 7\n" + to_base64(proof[0]) + "\n" + to_base64(proof[1]) + "\n\nnote\n");
  EXPECT_EQ(add_checkpoint_body(TreeSize{0}, {}, "note\n"), "old 0\n\nnote\n");
}

TEST_F(WitnessTest, HashesReadAsAnOutsiderGiveTheLedgersOwnProof) {
  grow(300, 700);
  DirectorySource source(directory_.path());
  const SourceHashes hashes(source, TreeSize{700});
  for (const std::uint64_t old : {1u, 255u, 256u, 300u, 699u, 700u}) {
    EXPECT_EQ(make_consistency_proof(hashes, TreeSize{old}, TreeSize{700}).value(),
              ledger_->consistency_proof(TreeSize{old}, TreeSize{700}).value());
  }
  EXPECT_EQ(tree_root(hashes, TreeSize{700}).value(), ledger_->root_at(TreeSize{700}).value());
}

TEST_F(WitnessTest, OnlyACosignatureOfItsKeyOverThisTextIsTaken) {
  const auto note = ledger_->checkpoint_text();
  const auto line = cosigned_line(note);
  const auto signature = read_cosignature(line, note, verifier());
  ASSERT_TRUE(signature) << signature.error().context;
  EXPECT_EQ(cosignature_time_s(*signature).value(), 1'767'225'600u);
  const auto whole = add_signature(note, *signature).value();
  const auto both = open_note(
      whole, std::vector{verifier(), NoteVerifier::parse(ledger_->verifier_key()).value()});
  ASSERT_TRUE(both);
  EXPECT_EQ(both->signatures.size(), 2u);

  grow(300, 301);
  EXPECT_EQ(read_cosignature(line, ledger_->checkpoint_text(), verifier()).error().code,
            ErrorCode::kCrypto);  // of another checkpoint
  EXPECT_EQ(read_cosignature(cosigned_line(note, "other.example"), note, verifier()).error().code,
            ErrorCode::kCrypto);
  for (const auto* bad : {"", "\n", "nonsense\n", "\xe2\x80\x94 witness.example AAAA\n"})
    EXPECT_FALSE(read_cosignature(bad, note, verifier())) << bad;
  EXPECT_FALSE(read_cosignature(std::string(100'000, 'a'), note, verifier()));
}

TEST_F(WitnessTest, AKnownSizeIsOneDecimalLine) {
  EXPECT_EQ(read_known_size("300\n").value(), TreeSize{300});
  for (const auto* bad : {"", "300", "0300\n", "-1\n", "3 00\n", "18446744073709551616\n"})
    EXPECT_FALSE(read_known_size(bad)) << bad;
}

}  // namespace
}  // namespace bulkhead
