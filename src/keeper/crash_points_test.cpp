// The real keeper, killed or refused at each of the system calls with which it changes its files.
// What it told before must hold afterwards, and it must start and serve again.
#include <atomic>
#include <fstream>

#include "keeper/crash_note.h"
#include "keeper/crash_script_for_test.h"
#include "keeper/service.h"
#include "keeper/snapshots.h"
#include "ledger/crash_points_for_test.h"
#include "ledger/journal.h"
#include "ledger/ledger_for_test.h"
#include "ledger/note.h"
#include "vault/root_key.h"

namespace bulkhead {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLedgerEntriesMax = 60;  // of a run, generously
constexpr unsigned kRunsAtOnce = 6;              // they mostly wait

// The house that every run starts from, made by the keeper itself.
class MadeHouse : public KeeperHouse {
 public:
  void TestBody() override {}
  void SetUp() override {
    ASSERT_TRUE(make_root_key_file(key_file()).has_value());
    root_ = load_root_key_file(key_file()).value();
    for (const char* const name : {"keeper", "second", "replica"})
      fs::create_directories(fs::path(place_.path()) / "house" / name);
    ASSERT_TRUE(make_keeper_folder(folder(), root_, "demo.invalid/drill-crash").has_value());
  }
  void TearDown() override {}
  void make() {
    SetUp();
    auto options = options_beside(folder());
    options.emplace_back("--unanchored");  // the second place is new
    KeeperProcess keeper(folder(), key_file(), {}, options);
    ASSERT_TRUE(keeper.ready());
    auto admin = keeper.connect_admin();
    ASSERT_TRUE(admin.has_value());
    fill(*admin);
    const auto petra = admin->call<wire::StaffSecrets>(
        wire::StaffAdd{{"petra"}, Role::kPrivacyOfficer, {}, {}, true});
    wire::SeedCases seed;
    seed.cases.items.push_back({2,
                                RequestType::kDataSubject,
                                CaseState::kOpen,
                                ContactProof::kProven,
                                petra.number,
                                1'767'225'600'000,
                                {}});
    const auto case_of_petra = admin->call<wire::SeedCasesAnswer>(seed).ids.items.at(0);
    ASSERT_TRUE(keeper.drain());
    // A second snapshot, so that the next one has an older one removed; and the crash note is made
    // anew in each run.
    KeeperProcess again(folder(), key_file(), {}, options_beside(folder()));
    ASSERT_TRUE(again.ready() && again.drain());
    fs::remove(folder() / kCrashNoteFile);
    house_ = {folder(),
              key_file(),
              std::move(root_),
              passwords_["anna"],
              petra.password.value,
              case_of_petra,
              case_of_anna_,
              2};
  }
  const CrashHouse& house() const { return house_; }
  // What a keeper of this folder has besides it: a second place and a replica, beside the folder.
  static std::vector<std::string> options_beside(const fs::path& folder) {
    const auto beside = folder.parent_path();
    return {"--second-place", (beside / "second/checkpoint").string(), "--replica",
            (beside / "replica").string()};
  }
  // A folder for one run; in memory, since each syncs some hundred times.
  fs::path place_for_runs() const { return place_.path(); }

 private:
  fs::path folder() const { return fs::path(place_.path()) / "house/keeper"; }
  fs::path key_file() const { return fs::path(place_.path()) / "root.key"; }
  TestDirectory place_;
  CrashHouse house_;
};

// Files that one kind of fault is aimed at. strace takes names and no patterns, so those that a run
// may come to are listed.
struct Aim {
  const char* name;
  std::vector<std::string> files;  // seen from the keeper's folder
  bool costs_nothing = false;      // an error there stops nothing
};

std::vector<std::string> journals_of(const std::string& ledger) {
  std::vector<std::string> files{ledger + "/journal"};
  for (std::uint64_t first = 0; first <= kLedgerEntriesMax; ++first)
    files.push_back(ledger + "/journal/" + journal_name(LeafIndex{first}));
  return files;
}

std::vector<std::string> tiles_of(const std::string& ledger) {
  std::vector<std::string> files;
  for (const std::string folder : {"/tile", "/tile/0", "/tile/entries", "/private"})
    files.push_back(ledger + folder);
  for (const std::string folder : {"/tile/0/000.p", "/tile/entries/000.p", "/private/000.p"}) {
    files.push_back(ledger + folder);
    for (std::uint64_t width = 1; width <= kLedgerEntriesMax; ++width)
      files.push_back(ledger + folder + "/" + std::to_string(width));
  }
  return files;
}

std::vector<Aim> aims() {
  Aim snapshots{"snapshots", {"snapshots", kCrashNoteFile}, true};
  for (std::uint64_t size = 0; size <= kLedgerEntriesMax; ++size) {
    for (const char* const ending : {"", ".new"})
      snapshots.files.push_back("snapshots/" + journal_name(LeafIndex{size}) + ending);
  }
  return {
      {"journal", journals_of("ledger")},
      {"checkpoint",
       {"ledger", "ledger/checkpoint", "ledger/checkpoint.new", "ledger/lock", "ledger/reserve"}},
      {"tiles", tiles_of("ledger")},
      {"vault", {"vault.db", "vault.db-wal", "vault.db-shm"}},
      {"keys", {"keys.db", "keys.db-wal", "keys.db-shm", "origin", "keys/ledger-signing.key"}},
      std::move(snapshots)};
}

// What lies on other machines.
std::vector<Aim> aims_beside() {
  Aim replica{
      "replica",
      {"../replica", "../replica/lock", "../replica/checkpoint", "../replica/checkpoint.new"},
      true};
  for (const auto& files : {journals_of("../replica"), tiles_of("../replica")})
    replica.files.insert(replica.files.end(), files.begin(), files.end());
  return {{"second place",
           {"../second", "../second/checkpoint", "../second/checkpoint.new",
            "../second/checkpoint.lock"}},
          std::move(replica)};
}

// Of a change of keys; what else it writes is the first story's.
std::vector<Aim> key_aims() {
  Aim files{"key files", {"keys"}};
  for (const std::string name :
       {"identity", "contact", "travel", "loyalty", "communications", "payment", "person"}) {
    for (const std::string epoch : {"", "-2", "-3"}) {
      for (const std::string ending : {"", ".new", ".destroyed"})
        files.files.push_back("keys/" + name + epoch + ".key" + ending);
    }
  }
  return {std::move(files),
          {"vault", {"vault.db", "vault.db-wal", "vault.db-shm"}},
          {"keys", {"keys.db", "keys.db-wal", "keys.db-shm"}}};
}

struct CrashPoint {
  const Aim* aim = nullptr;
  std::string call;
  unsigned nth = 0;   // of this call on the aim's files, in each thread
  std::string fault;  // as strace spells it
};

std::vector<std::string> strace(const fs::path& log, const fs::path& folder, const Aim& aim,
                                const CrashPoint* point) {
  std::vector<std::string> words{
      "strace", "-f",         "-qq", "-y",          "-s", "0",
      "-o",     log.string(), "-e",  "signal=none", "-e", std::string("trace=") + kFileCalls};
  for (const auto& file : aim.files) {
    words.emplace_back("-P");
    words.push_back((folder / file).lexically_normal().string());
  }
  if (point != nullptr) {
    words.emplace_back("-e");
    words.push_back(fmt::format("inject={}:{}:when={}", point->call, point->fault, point->nth));
  }
  return words;
}

// How often each call was made by whichever thread made it most often. A line is "<thread>
// <call>(".
std::map<std::string, unsigned> count_calls(const fs::path& log) {
  std::map<std::pair<std::string, std::string>, unsigned> seen;
  std::map<std::string, unsigned> most;
  std::ifstream lines(log);
  std::string thread;
  std::string rest;
  while (lines >> thread && std::getline(lines >> std::ws, rest)) {
    const auto call = rest.substr(0, rest.find('('));
    if (rest.starts_with("<...") || call == rest) continue;
    auto& most_of_call = most[call];
    most_of_call = std::max(most_of_call, ++seen[{thread, call}]);
  }
  return most;
}

bool was_injected(const fs::path& log) {
  std::ifstream file(log);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return text.find("(INJECTED)") != std::string::npos;
}

// Of every call: a disk over a network says that it is full at a close, one that copies what it
// changes at an unlink.
constexpr std::array kFaults{"signal=SIGKILL", "error=EIO", "error=ENOSPC"};

// A copy is opened, since opening mends a ledger, and since a process that another thread starts
// meanwhile holds what is open here, the lock too, until it becomes the keeper.
Result<KeeperFolder> open_copy(const CrashHouse& house, const fs::path& folder,
                               const TestDirectory& copy) {
  fs::copy(folder, copy.path(), fs::copy_options::recursive);
  return open_keeper_folder(copy.path(), house.root);
}

Snapshots snapshots_in(const TestDirectory& copy, const KeeperFolder& opened) {
  return Snapshots({copy.file("snapshots"), *opened.disk, *opened.ring, *opened.ledger});
}

bool holds_a_snapshot(const CrashHouse& house, const fs::path& folder) {
  const TestDirectory copy;
  const auto opened = open_copy(house, folder, copy);
  return opened && snapshots_in(copy, *opened).newest();
}

// What must be true of the snapshots after a clean end.
std::string broken_snapshots(const CrashHouse& house, const fs::path& folder) {
  const TestDirectory copy;
  const auto opened = open_copy(house, folder, copy);
  if (!opened) return opened.error().context;
  const auto newest = snapshots_in(copy, *opened).newest();
  if (!newest || newest->size != opened->ledger->size()) return "the last snapshot is missing";
  std::size_t files = 0;
  for (const auto& file : fs::directory_iterator(folder / "snapshots")) {
    if (!parse_journal_name(file.path().filename().string())) return "half a snapshot stays";
    ++files;
  }
  return files <= kSnapshotsKept ? "" : "too many snapshots are kept";
}

// What must be true of second place and replica after a clean end.
std::string broken_beside(const CrashHouse& house, const fs::path& folder) {
  const TestDirectory copy;
  const auto opened = open_copy(house, folder, copy);
  if (!opened) return opened.error().context;
  const auto& ledger = *opened->ledger;
  const auto note_in = [&](const fs::path& file) {
    const auto note = opened->disk->read(file.string(), kNoteBytesMax);
    return note ? std::string(text_of(*note)) : "";
  };
  const auto beside = folder.parent_path();
  if (note_in(beside / "second/checkpoint") != ledger.checkpoint_text())
    return "the second place is behind";
  if (note_in(beside / "replica/checkpoint") != ledger.checkpoint_text())
    return "the replica is behind";
  DirectorySource source((beside / "replica").string());
  const auto report = verify_ledger(source, {.verifier_key = ledger.verifier_key()});
  return report.ok ? "" : "verify of the replica: " + report.problems.front();
}

class CrashPoints : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    // A traced process cannot look for its own leaks.
    const char* const before = getenv("ASAN_OPTIONS");
    setenv("ASAN_OPTIONS", (std::string(before ? before : "") + ":detect_leaks=0").c_str(), 1);
  }
  void SetUp() override {
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the other builds do this: a keeper with TSan under strace takes minutes";
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
    GTEST_SKIP() << "the other builds do this: a keeper with TSan under strace takes minutes";
#endif
#endif
    if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace here";
    made_.make();
  }

  // A run of its own on a copy of the house; answers what is bad.
  std::string run(CrashStory story, const Aim& aim, const CrashPoint* point, const fs::path& place,
                  const fs::path& log, Told* all_told = nullptr, bool* reached = nullptr) {
    fs::copy(made_.house().folder.parent_path(), place, fs::copy_options::recursive);
    const auto folder = place / "keeper";
    // The house of this story never had one.
    if (story == CrashStory::kErasure) fs::remove_all(folder / "snapshots");
    std::vector<std::string> options;
    if (beside_) options = MadeHouse::options_beside(folder);
    Told told;
    {
      KeeperProcess keeper(folder, made_.house().key_file, strace(log, folder, aim, point),
                           options);
      CrashScript script(made_.house(), keeper);
      script.run(story);
      told = script.told();
      keeper.leave();
      if (!keeper.ended()) return "the keeper does not end";
      if (reached != nullptr) *reached = keeper.killed() || was_injected(log);
      if (!told.drained && point == nullptr) return "a run without a fault did not come to its end";
      if (!told.drained && aim.costs_nothing && !keeper.killed())
        return "an error that should cost nothing ended the keeper";
    }
    if (story != CrashStory::kErasure && !holds_a_snapshot(made_.house(), folder))
      return "no snapshot is left";
    // What the snapshot says is compared with all entries.
    options.emplace_back("--recompute");
    KeeperProcess keeper(folder, made_.house().key_file, {}, options);
    CrashScript again(made_.house(), keeper);
    if (!again.serves_again()) return "the keeper does not serve again";
    const auto& now = again.told();
    for (const auto& name : told.staff) {
      if (std::find(now.staff.begin(), now.staff.end(), name) == now.staff.end())
        return "a member of staff is lost";
    }
    told.key_epoch = std::max(told.key_epoch, now.key_epoch);
    told.states.insert(told.states.end(), now.states.begin(), now.states.end());
    told.revealed.insert(told.revealed.end(), now.revealed.begin(), now.revealed.end());
    told.checkpoint = std::max(told.checkpoint, now.checkpoint);
    if (all_told != nullptr) *all_told = told;
    if (auto broken = broken_snapshots(made_.house(), folder); !broken.empty()) return broken;
    if (beside_) {
      if (auto broken = broken_beside(made_.house(), folder); !broken.empty()) return broken;
    }
    return broken_promise(made_.house(), folder, told);
  }

  std::vector<CrashPoint> all_points(CrashStory story, const std::vector<Aim>& all_aims) {
    std::vector<CrashPoint> points;
    for (const auto& aim : all_aims) {
      const auto folder = made_.place_for_runs() / "counted";
      const auto log = made_.place_for_runs() / "log";
      Told told;
      EXPECT_EQ(run(story, aim, nullptr, folder, log, &told), "");
      EXPECT_EQ(told.key_epoch, story == CrashStory::kKeys ? 3u : 1u);
      EXPECT_EQ(told.erased, story == CrashStory::kErasure);
      for (const auto& [call, times] : count_calls(log)) {
        for (unsigned nth = 1; nth <= times; ++nth) {
          for (const auto* fault : kFaults) points.push_back({&aim, call, nth, fault});
        }
      }
      fs::remove_all(folder);
    }
    return points;
  }

  // Every point of the story, or a short set of so many.
  void check(CrashStory story, std::string_view kind, const std::vector<Aim>& all_aims,
             std::size_t short_set) {
    const auto points = all_points(story, all_aims);
    ASSERT_GT(points.size(), 100u);
    std::map<std::string, unsigned> by_call;
    for (const auto& point : points) ++by_call[point.call];
    for (const auto& [call, count] : by_call) fmt::print("{} {}, ", call, count);
    fmt::print("{} in all\n", points.size());
    std::atomic<unsigned> number = 0;
    const auto check_one = [&](const CrashPoint& point) -> PointResult {
      const auto name = std::to_string(++number);
      const auto folder = made_.place_for_runs() / name;
      const auto log = made_.place_for_runs() / (name + ".log");
      bool reached = false;
      auto problem = run(story, *point.aim, &point, folder, log, nullptr, &reached);
      if (!problem.empty()) {
        problem = fmt::format("{} {} of {}, {}: {}", point.call, point.nth, point.aim->name,
                              point.fault, problem);
      }
      fs::remove_all(folder);
      fs::remove(log);
      return {std::move(problem), reached};
    };
    check_crash_points<CrashPoint>(kind, chosen_points(points, short_set), check_one, kRunsAtOnce);
  }

  MadeHouse made_;
  bool beside_ = false;  // with a second place and a replica
};

TEST_F(CrashPoints, AtEverySystemCall) {
  check(CrashStory::kWork, "system calls of the keeper", aims(), 36);
}

TEST_F(CrashPoints, AtEverySystemCallOfARotationAndARekey) {
  check(CrashStory::kKeys, "system calls of a rotation and a rekey", key_aims(), 30);
}

TEST_F(CrashPoints, AtEverySystemCallOfAnErasure) {
  check(CrashStory::kErasure, "system calls of an erasure", aims(), 12);
}

TEST_F(CrashPoints, AtEverySystemCallOfSecondPlaceAndReplica) {
  beside_ = true;
  check(CrashStory::kWork, "system calls on second place and replica", aims_beside(), 12);
}

// The check itself sees what it is there for.
TEST_F(CrashPoints, ALieIsNoticed) {
  const auto place = made_.place_for_runs() / "told";
  const auto folder = place / "keeper";
  Told told;
  ASSERT_EQ(
      run(CrashStory::kWork, aims().front(), nullptr, place, made_.place_for_runs() / "log", &told),
      "");
  const auto problem_when = [&](auto change) {
    auto changed = told;
    change(changed);
    return broken_promise(made_.house(), folder, changed);
  };
  EXPECT_EQ(problem_when([](Told&) {}), "");
  EXPECT_NE(problem_when([](Told& one) { one.revealed.push_back(FieldSet::of(Field::kEmail)); }),
            "");
  EXPECT_NE(problem_when([](Told& one) { one.states.front().second ^= 1; }), "");
  EXPECT_NE(problem_when([](Told& one) { one.states.back().first += 100; }), "");
  EXPECT_NE(problem_when([](Told& one) { one.checkpoint += 100; }), "");
  EXPECT_NE(problem_when([](Told& one) { ++one.customers; }), "");
  EXPECT_NE(problem_when([](Told& one) { ++one.key_epoch; }), "");
  EXPECT_NE(problem_when([](Told& one) { one.erased = true; }), "");
  EXPECT_NE(problem_when([](Told& one) { ++one.messages; }), "");
}

TEST_F(CrashPoints, AMissingSnapshotOrCopyIsNoticed) {
  beside_ = true;
  const auto place = made_.place_for_runs() / "told";
  const auto log = made_.place_for_runs() / "log";
  ASSERT_EQ(run(CrashStory::kWork, aims().front(), nullptr, place, log), "");
  const auto& house = made_.house();
  const auto folder = place / "keeper";
  EXPECT_EQ(broken_snapshots(house, folder), "");
  EXPECT_TRUE(holds_a_snapshot(house, folder));
  std::ofstream(folder / "snapshots" / (journal_name(LeafIndex{7}) + ".new")) << "half";
  EXPECT_NE(broken_snapshots(house, folder), "");
  fs::remove_all(folder / "snapshots");
  EXPECT_NE(broken_snapshots(house, folder), "");
  EXPECT_FALSE(holds_a_snapshot(house, folder));
  EXPECT_EQ(broken_beside(house, folder), "");
  fs::copy_file(house.folder.parent_path() / "second/checkpoint", place / "second/checkpoint",
                fs::copy_options::overwrite_existing);
  EXPECT_NE(broken_beside(house, folder), "");
  fs::copy_file(folder / "ledger/checkpoint", place / "second/checkpoint",
                fs::copy_options::overwrite_existing);
  EXPECT_EQ(broken_beside(house, folder), "");
  fs::remove_all(place / "replica/private");
  EXPECT_NE(broken_beside(house, folder), "");
}

}  // namespace
}  // namespace bulkhead
