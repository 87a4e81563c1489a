#include "cli/operator.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/descriptor.h"
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

Result<wire::AdminSignIn> ask_at_terminal() {
  const Descriptor terminal(open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal) {
    return fail(
        ErrorCode::kRefused,
        "an admin must sign in: use a terminal, or --session-fd with name, password and code");
  }
  wire::AdminSignIn message;
  show(terminal.get(), "Admin name: ");
  message.name.value = TRY(read_line(terminal.get()));
  show(terminal.get(), "Password: ");
  {
    const Unseen unseen(terminal.get());
    message.password.value = TRY(read_line(terminal.get()));
  }
  show(terminal.get(), "\nCode: ");
  message.code.value = TRY(read_line(terminal.get()));
  return message;
}

bool fits(const wire::AdminSignIn& message) {
  return message.name.value.size() <= wire::kNameBytesMax &&
         message.password.value.size() <= wire::kPasswordBytesMax && message.code.value.size() <= 8;
}

}  // namespace

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

Result<AdminConnection> connect(const Operator& who) {
  auto connection = TRY(AdminConnection::open(who.places.data));
  if (connection.hello().signed_in) return connection;
  const auto message = TRY(who.session_fd >= 0 ? read_sign_in(who.session_fd) : ask_at_terminal());
  if (!fits(message)) return fail(ErrorCode::kTooLarge, "name, password or code is too long");
  TRY_STATUS(connection.sign_in(message));
  return connection;
}

}  // namespace bulkhead::cli
