// What a keeper that aborted leaves behind, and what the next one makes of it.
#include "keeper/crash_note.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/clock.h"
#include "keeper/house_fixture.h"

namespace bulkhead {
namespace {

constexpr auto kReveal = static_cast<std::uint16_t>(wire::Op::kReveal);
constexpr auto kListCases = static_cast<std::uint16_t>(wire::Op::kListCases);

std::unique_ptr<CrashNote> open_note(const std::string& path) {
  auto note = CrashNote::open(path);
  EXPECT_TRUE(note.has_value());
  return std::move(*note);
}

TEST(CrashNote, ThreeAbortsOfOneOperationInTenMinutes) {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "note").string();
  const auto note = open_note(path);
  note->add(kReveal, 1'000);
  note->add(kListCases, 2'000);
  note->add(kReveal, 3'000);
  note->add(kListCases, 1'000'000);
  EXPECT_TRUE(note->repeated(2'000'000).empty());
  note->add(kReveal, 1'000 + kAbortsWithinMs + 1);  // a moment too late
  EXPECT_TRUE(note->repeated(2'000'000).empty());
  note->add(kReveal, 4'000);
  EXPECT_EQ(open_note(path)->repeated(2'000'000), std::vector{kReveal});
  EXPECT_TRUE(note->repeated(500).empty());  // the machine started anew since
  note->forget(kReveal);
  EXPECT_TRUE(note->repeated(2'000'000).empty());
}

// A keeper was ended between making the file as long as it has to be and taking its space.
TEST(CrashNote, TakesTheSpaceOfOneThatHasNone) {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "note").string();
  open_note(path);
  const auto bytes = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, 0);
  std::filesystem::resize_file(path, bytes);
  struct stat about{};
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  ASSERT_EQ(about.st_blocks, 0);
  open_note(path);
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  EXPECT_GT(about.st_blocks, 0);
}

TEST(CrashNote, KeepsSoManyAndNoMore) {
  const TemporaryFolder folder;
  const auto note = open_note((folder.path() / "note").string());
  for (int i = 0; i < 3; ++i) note->add(kReveal, 1'000);
  for (std::size_t i = 0; i < kAbortsKept; ++i) note->add(kListCases, 2'000);
  EXPECT_EQ(note->repeated(2'000'000), std::vector{kListCases});
}

TEST(CrashNote, OneOfAnotherFormIsBegunAnew) {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "note").string();
  std::ofstream(path) << std::string(5'000, 'x');
  EXPECT_TRUE(open_note(path)->repeated(UINT64_MAX).empty());
}

TEST(CrashNote, AProcessThatAbortsNotesWhatItHadInHand) {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "note").string();
  const auto die = [&](std::uint16_t op) {
    const auto child = fork();
    if (child == 0) {
      const auto note = open_note(path);
      note->listen();
      {
        const InHand done(kListCases);
      }
      if (op == 0) std::abort();
      const InHand now(op);
      std::abort();
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
  };
  for (std::size_t i = 0; i < kAbortsToQuarantine; ++i) {
    EXPECT_TRUE(open_note(path)->repeated(SystemClock().boot_ms()).empty());
    die(kReveal);
    die(0);  // nothing in hand: nobody's fault
  }
  EXPECT_EQ(open_note(path)->repeated(SystemClock().boot_ms()), std::vector{kReveal});
}

TEST(CrashNote, OneThatCannotBeMadeIsAnError) {
  const TemporaryFolder folder;
  EXPECT_EQ(CrashNote::open((folder.path() / "missing/note").string()).error().code,
            ErrorCode::kIo);
}

class Quarantine : public KeeperHouse {
 protected:
  void crash(std::uint16_t op) {
    const auto note = open_note((folder_.path() / kCrashNoteFile).string());
    for (std::size_t i = 0; i < kAbortsToQuarantine; ++i) note->add(op, SystemClock().boot_ms());
  }
  std::vector<std::string> quarantined(Peer& admin) {
    std::vector<std::string> names;
    const auto status = admin.call<wire::StatusAnswer>(wire::StatusQuery{});
    for (const auto& name : status.quarantined.items) names.push_back(name.value);
    return names;
  }
  Reason reveal(Peer& admin) {
    auto front = connect_front();
    auto anna = sign_in(admin, front, "anna");
    wire::Reveal ask;
    ask.id = case_of_anna_;
    ask.fields = FieldSet::of(Field::kFamilyName);
    ask.purpose = Purpose::kService;
    return anna.ask(front, ask)->reason;
  }
};

TEST_F(Quarantine, TheOperationIsRefusedUntilAnAdminLiftsIt) {
  {
    auto admin = connect_admin();
    fill(admin);
    EXPECT_TRUE(quarantined(admin).empty());
  }
  stop();
  crash(kReveal);
  for (int starts = 0; starts < 2; ++starts) {  // it survives a restart
    start();
    auto admin = connect_admin();
    EXPECT_EQ(quarantined(admin), std::vector<std::string>{"reveal"});
    auto front = connect_front();
    // Whatever the message says: nobody reads it.
    front.send(kReveal, Bytes{1, 2, 3});
    EXPECT_EQ(front.receive()->reason, Reason::kTooMany);
    stop();
  }
  recompute_ = true;
  start();
  auto admin = connect_admin();
  EXPECT_EQ(admin.ask(wire::LiftQuarantine{{"masked"}})->reason, Reason::kNotThere);
  EXPECT_EQ(admin.ask(wire::LiftQuarantine{{"reveal"}})->reason, Reason::kNone);
  EXPECT_EQ(admin.ask(wire::LiftQuarantine{{"reveal"}})->reason, Reason::kNotThere);
  EXPECT_EQ(reveal(admin), Reason::kNone);
  stop();
  start();  // and it stays lifted
  auto again = connect_admin();
  EXPECT_TRUE(quarantined(again).empty());
}

TEST_F(Quarantine, SigningInNarrowingAndLiftingAreNeverQuarantined) {
  stop();
  for (const auto op : {wire::Op::kStatus, wire::Op::kAdminSignIn, wire::Op::kStaffChange,
                        wire::Op::kLiftQuarantine, wire::Op::kSignIn})
    crash(static_cast<std::uint16_t>(op));
  start();
  auto admin = connect_admin();
  EXPECT_TRUE(quarantined(admin).empty());
}

}  // namespace
}  // namespace bulkhead
