// CHECK states an invariant of our own and ends the process when it is broken; the supervisor
// starts it again. It must never be used on input from outside: that is a Result. It is owned by
// everyone.
#pragma once

#include <cstdio>
#include <cstdlib>

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) [[unlikely]] {                                            \
      std::fputs("broken invariant: " #condition " at " __FILE__ "\n", stderr); \
      std::abort();                                                             \
    }                                                                           \
  } while (false)
