// bulkhead login and logout.
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/kept_session.h"
#include "cli/operator.h"
#include "cli/output.h"
#include "cli/staff_sign_in.h"

namespace bulkhead::cli {
namespace {

struct LoginOptions {
  StaffAt staff;
  bool admin = false;
  int session_fd = -1;
};

Result<KeptSessions> drawer(const LoginOptions& options) {
  return KeptSessions(TRY(kept_session_folder()), options.staff.places.data);
}

Status keep_admin(const LoginOptions& options, KeptSessions& kept) {
  const auto message = TRY(ask_sign_in(options.session_fd));
  auto connection = TRY(AdminConnection::open(options.staff.places.data));
  if (connection.hello().signed_in)
    return fail(ErrorCode::kConflict, "in a demo directory you are its operator already");
  const auto session = TRY(connection.sign_in(message));
  KeptSession one{.name = message.name, .secret = session.token};
  one.ends_wall_ms = SystemClock().wall_ms() + session.valid_s * 1000ull;
  return kept.keep(KeptKind::kAdmin, one);
}

Status keep_staff(const LoginOptions& options, KeptSessions& kept) {
  client::Client caller(TRY(desk_of(options.staff)));
  TRY_STATUS(sign_in_staff(options.staff, caller));
  return kept.keep(KeptKind::kStaff, to_keep(options.staff.name, caller.state()));
}

int log_in(const LoginOptions& options) {
  if (options.admin != options.staff.name.empty()) {
    complain("name a member of staff, or --admin for an administrator's commands");
    return kUsage;
  }
  auto kept = drawer(options);
  if (!kept) return complain(kept.error());
  const auto done = options.admin ? keep_admin(options, *kept) : keep_staff(options, *kept);
  if (!done) return complain(done.error());
  print(fmt::format("Signed in for {} minutes. Next: {}\n", kKeptSessionS / 60,
                    options.admin ? "bulkhead status" : "bulkhead api GET /api/v1/me"));
  return kDone;
}

int log_out(const LoginOptions& options) {
  auto kept = drawer(options);
  if (!kept) return complain(kept.error());
  if (const auto staff = kept->use(KeptKind::kStaff)) {
    if (const auto address = desk_of(options.staff)) {
      client::Client caller(*address);
      caller.adopt(to_state(*staff));
      (void)caller.call("DELETE", "/api/v1/session");
    }
  }
  if (const auto admin = kept->use(KeptKind::kAdmin)) {
    if (auto connection = AdminConnection::open(options.staff.places.data)) {
      (void)connection->call<wire::Done>(
          wire::AdminResume{.token = admin->secret, .sign_out = true});
    }
  }
  kept->forget(KeptKind::kStaff);
  kept->forget(KeptKind::kAdmin);
  print("Signed out.\n");
  return kDone;
}

}  // namespace

void add_login(CLI::App& app, Chosen& chosen) {
  add_command<LoginOptions>(
      app, chosen, "login",
      "Sign in once for the commands of the next 15 minutes: as staff for `api`, or --admin",
      [](CLI::App& command, LoginOptions& options) {
        add_staff_at(command, options.staff);
        command.add_option("NAME", options.staff.name, "A member of staff");
        command.add_flag("--admin", options.admin,
                         "An administrator, for this directory's commands");
        command.add_option("--session-fd", options.session_fd,
                           "Descriptor with an admin's name, password and code, a line each");
      },
      log_in);
  add_command<LoginOptions>(
      app, chosen, "logout", "End what login began",
      [](CLI::App& command, LoginOptions& options) { add_staff_at(command, options.staff); },
      log_out);
}

}  // namespace bulkhead::cli
