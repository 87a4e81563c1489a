#include "cli/operator.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "cli/kept_session.h"
#include "cli/output.h"

namespace bulkhead::cli {
namespace {

constexpr std::size_t kLineBytesMax = 512;

Result<std::string> read_line(int descriptor) {
  std::string line;
  for (char c = 0; read(descriptor, &c, 1) == 1;) {
    if (c == '\n') return line;
    if (line.size() == kLineBytesMax)
      return fail(ErrorCode::kTooLarge, "a line of the sign-in is too long");
    line += c;
  }
  return fail(ErrorCode::kMalformed, "the sign-in needs three lines: name, password, code");
}

// Typed characters do not show while this lives.
class Unseen {
 public:
  explicit Unseen(int terminal) : terminal_(terminal) {
    changed_ = tcgetattr(terminal, &before_) == 0;
    auto unseen = before_;
    unseen.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (changed_) tcsetattr(terminal, TCSAFLUSH, &unseen);
  }
  ~Unseen() {
    if (changed_) tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  int terminal_;
  termios before_{};
  bool changed_ = false;
};

void show(int terminal, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(terminal, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool fits(const wire::AdminSignIn& message) {
  return message.name.value.size() <= wire::kNameBytesMax &&
         message.password.value.size() <= wire::kPasswordBytesMax && message.code.value.size() <= 8;
}

}  // namespace

Result<wire::AdminSignIn> ask_at_terminal(const std::string& name) {
  const Descriptor terminal(open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal) {
    return fail(ErrorCode::kRefused,
                "a sign-in is needed (names of a demo: bulkhead demo sign-ins --all): use a "
                "terminal, or for "
                "admins --session-fd with name, "
                "password and code, or for staff BULKHEAD_PASSWORD and BULKHEAD_CODE");
  }
  wire::AdminSignIn message{.name = {name}};
  if (name.empty()) {
    show(terminal.get(), "Name: ");
    message.name.value = TRY(read_line(terminal.get()));
  }
  show(terminal.get(), "Password: ");
  {
    const Unseen unseen(terminal.get());
    message.password.value = TRY(read_line(terminal.get()));
  }
  show(terminal.get(), "\nCode: ");
  message.code.value = TRY(read_line(terminal.get()));
  return message;
}

void add_operator(CLI::App& app, Operator& who) {
  add_data_option(app, who.places);
  app.add_option(
      "--session-fd", who.session_fd,
      "Descriptor with an admin's name, password and code, a line each (production directories)");
}

Result<wire::AdminSignIn> read_sign_in(int descriptor) {
  wire::AdminSignIn message;
  message.name.value = TRY(read_line(descriptor));
  message.password.value = TRY(read_line(descriptor));
  message.code.value = TRY(read_line(descriptor));
  return message;
}

Result<wire::AdminSignIn> ask_sign_in(int session_fd) {
  auto message = TRY(session_fd >= 0 ? read_sign_in(session_fd) : ask_at_terminal({}));
  if (!fits(message)) return fail(ErrorCode::kTooLarge, "name, password or code is too long");
  return message;
}

Result<AdminConnection> connect(const Operator& who) {
  auto connection = TRY(AdminConnection::open(who.places.data));
  if (connection.hello().signed_in) return connection;
  if (who.session_fd < 0) {
    const auto folder = kept_session_folder();
    const auto kept = folder ? KeptSessions(*folder, who.places.data).use(KeptKind::kAdmin)
                             : std::unexpected(folder.error());
    if (kept && connection.resume(kept->secret)) return connection;
  }
  const auto sign_in = TRY(ask_sign_in(who.session_fd));
  TRY(connection.sign_in(sign_in));
  return connection;
}

}  // namespace bulkhead::cli
