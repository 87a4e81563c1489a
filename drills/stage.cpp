// Makes the stage: the directory, the airline, the staff and the cases that the drills play with.
#include <fmt/format.h>

#include <filesystem>

#include "cli/demo_fill.h"
#include "cli/make_directory.h"
#include "crypto/encoding.h"
#include "drills/house.h"
#include "drills/thief.h"

namespace bulkhead::drills {
namespace {

namespace files = std::filesystem;

constexpr std::uint32_t kEventsPerAgent = 2;

// Customers for the drill's own cases: the last ones, whom the demo's cases seldom are about.
struct Cast {
  std::uint32_t next;
  std::uint32_t take() { return next--; }
};

wire::SeedCase seed_case(const Stage& stage, std::uint32_t customer, std::uint32_t staff_number,
                         std::uint32_t agent, World& world) {
  const auto contact = customer % 2 == 0 ? ContactProof::kProven : ContactProof::kClaimed;
  wire::SeedCase one{.customer = stage.world.first_customer + customer - 1,
                     .type = RequestType::kQuestion,
                     .state = CaseState::kOpen,
                     .contact = contact,
                     .assignee = staff_number,
                     .opened_ms = wall_now_ms() - 3'600'000,
                     .messages = {}};
  const auto& options = stage.world.options;
  one.messages.items.push_back(
      {one.opened_ms,
       Direction::kFromCustomer,
       {"A question about my trip.\n" + drill_token(options.seed, customer, Field::kMessage)}});
  world.cases.push_back({customer, one.state, one.contact, agent});
  return one;
}

Status seed_roles(cli::AdminConnection& admin, Stage& stage) {
  wire::SeedCases cases;
  Cast cast{stage.world.options.customers};
  const auto add = [&](const std::string& name, std::uint32_t agent,
                       std::uint32_t count) -> Status {
    const auto* const known = stage.sign_ins.find(name);
    if (known == nullptr)
      return fail(ErrorCode::kNotFound, "a member of the demo's staff is missing");
    for (std::uint32_t i = 0; i < count; ++i) {
      cases.cases.items.push_back(seed_case(stage, cast.take(), known->number, agent, stage.world));
    }
    return {};
  };
  const auto before = stage.world.cases.size();
  for (std::uint32_t agent = 0; agent < kHonestAgents; ++agent) {
    TRY_STATUS(add(fmt::format("agent-{:02}", agent + 1), agent, kHonestCases));
    for (std::uint32_t i = 0; i < kEventsPerAgent; ++i)
      stage.event_customers.push_back(cast.take());
  }
  const auto victims_first = cases.cases.items.size();
  TRY_STATUS(add(kVictimName, kVictimAgent, kVictimCases));
  const auto answer = TRY(admin.call<wire::SeedCasesAnswer>(cases));
  if (answer.first_case != before + 1)
    return fail(ErrorCode::kConflict, "the demo made other cases than its generator says");
  for (auto i = victims_first; i < answer.ids.items.size(); ++i) {
    stage.victim_case_ids.push_back(to_hex(answer.ids.items[i].bytes));
  }
  return {};
}

Status add_client(cli::AdminConnection& admin, Stage& stage) {
  wire::NetworkAddress network{};
  network[10] = network[11] = 0xff;
  network[12] = 127;
  network[14] = 3;
  const auto secret = TRY(
      admin.call<wire::ClientSecret>(wire::ClientAdd{.name = {kClientName},
                                                     .role = Role::kClient,
                                                     .network = network,
                                                     .prefix_bits = 96 + 24,
                                                     .on_case_opened = {{RequestType::kBaggage}},
                                                     .grown = true}));
  stage.client_secret.assign(secret.secret.begin(), secret.secret.end());
  return {};
}

Status fill(House& house, Stage& stage, const Say& say) {
  auto admin = TRY(house.admin());
  say("adding staff and clients");
  TRY_STATUS(cli::add_demo_staff(admin, false, stage.sign_ins));
  const auto* const auditor = stage.sign_ins.find_client("auditor");
  if (auditor == nullptr) return fail(ErrorCode::kNotFound, "the demo has no auditor");
  stage.auditor_token = auditor->secret;
  const auto& options = stage.world.options;
  say(fmt::format("adding {} customers and their cases", options.customers));
  const auto filled = TRY(cli::fill_demo(admin,
                                         {.customers = options.customers,
                                          .seed = options.seed,
                                          .today = options.today,
                                          .tokens = true},
                                         stage.sign_ins, {}));
  stage.world.first_customer = filled.first_customer;
  if (filled.cases != stage.world.cases.size()) {
    return fail(ErrorCode::kConflict, "the demo made other cases than its generator says");
  }
  TRY_STATUS(seed_roles(admin, stage));
  return add_client(admin, stage);
}

}  // namespace

Result<Stage> make_stage(const StageOptions& options, const Say& say) {
  say("making the drill's directory");
  Stage stage;
  stage.folder = options.folder;
  stage.keep = options.keep;
  const auto pristine = options.folder + "/pristine";
  std::error_code error;
  files::create_directories(pristine, error);
  if (error) return fail(ErrorCode::kIo, "the drill's folder cannot be made");
  TRY(cli::make_directory(
      {.places = {.data = pristine + "/data", .key = pristine + "/key/root.key"},
       .kind = cli::DirectoryKind::kDrill,
       .origin = {}}));
  stage.world = make_world({.customers = options.customers,
                            .seed = options.seed,
                            .today = options.today,
                            .tokens = true});
  const auto house = TRY(House::start(stage, "pristine", ""));
  TRY_STATUS(fill(*house, stage, say));
  TRY_STATUS(house->stop());
  files::remove_all(pristine + "/tap-1", error);
  return stage;
}

}  // namespace bulkhead::drills
