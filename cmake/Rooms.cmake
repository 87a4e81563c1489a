# How a room becomes a library, its tests and its fuzz targets.
#
# A room is a folder of x.h, x.cpp, x_test.cpp, x_fuzz.cpp and x_main.cpp files. Sources are found by name, so adding a
# file needs no change here.

find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(fmt REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
include(GoogleTest)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

# Every preset but dev compiles a room's sources twelve together, since reading the headers takes most of the time: what a
# source keeps to itself needs a name of its own in the room. The dev preset takes them one by one, so that each has to
# include what it uses; with -DCMAKE_UNITY_BUILD=OFF another preset does too, which is quicker where one file changes
# often. What a program does not call the linker leaves out (--gc-sections), so that the keeper holds nothing of what only
# stands beside its own code. The linter is to overlook that a source includes sources.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
function(hide_from_linter target)
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD_CODE_BEFORE_INCLUDE "// NOLINTNEXTLINE(bugprone-suspicious-include)")
endfunction()

option(BULKHEAD_FUZZ "Build the fuzz targets (clang only)" OFF)

add_library(bulkhead_flags INTERFACE)
target_compile_options(bulkhead_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror=return-type -Werror=unused-result
  -fstack-protector-strong -fno-omit-frame-pointer)
target_include_directories(bulkhead_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
target_link_libraries(bulkhead_flags INTERFACE fmt::fmt Threads::Threads)

function(add_room name)
  cmake_parse_arguments(room "" "" "ROOMS;LIBRARIES" ${ARGN})
  set(folder ${CMAKE_SOURCE_DIR}/src/${name})
  if(name STREQUAL "drills")
    set(folder ${CMAKE_SOURCE_DIR}/drills)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  file(GLOB tests CONFIGURE_DEPENDS ${folder}/*_test.cpp)
  file(GLOB fuzzers CONFIGURE_DEPENDS ${folder}/*_fuzz.cpp)
  file(GLOB mains CONFIGURE_DEPENDS ${folder}/*_main.cpp)
  if(fuzzers OR tests OR mains)
    list(REMOVE_ITEM sources ${tests} ${fuzzers} ${mains})
  endif()

  set(libraries bulkhead_flags)
  foreach(other IN LISTS room_ROOMS)
    list(APPEND libraries room_${other})
  endforeach()
  list(APPEND libraries ${room_LIBRARIES})

  if(sources)
    add_library(room_${name} STATIC ${sources})
    hide_from_linter(room_${name})
    target_link_libraries(room_${name} PUBLIC ${libraries})
  else()
    add_library(room_${name} INTERFACE)
    target_link_libraries(room_${name} INTERFACE ${libraries})
  endif()

  if(tests)
    add_executable(${name}_test ${tests})
    hide_from_linter(${name}_test)
    target_link_libraries(${name}_test PRIVATE room_${name} GTest::gmock_main)
    target_compile_definitions(${name}_test PRIVATE
      BULKHEAD_SOURCE_DIR="${CMAKE_SOURCE_DIR}" BULKHEAD_BINARY_DIR="${CMAKE_BINARY_DIR}")
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300)
  endif()

  if(BULKHEAD_FUZZ)
    foreach(fuzzer IN LISTS fuzzers)
      get_filename_component(stem ${fuzzer} NAME_WE)
      add_executable(${name}_${stem} ${fuzzer})
      target_link_libraries(${name}_${stem} PRIVATE room_${name})
      target_link_options(${name}_${stem} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()

# A program NAME is NAME_main.cpp (dashes as underscores) of its room; further rooms follow.
function(add_program name room)
  string(REPLACE "-" "_" stem ${name})
  set(main ${CMAKE_SOURCE_DIR}/src/${room}/${stem}_main.cpp)
  if(EXISTS ${main})
    add_executable(${name} ${main})
    hide_from_linter(${name})
    target_link_libraries(${name} PRIVATE room_${room})
    foreach(other IN LISTS ARGN)
      target_link_libraries(${name} PRIVATE room_${other})
    endforeach()
  endif()
endfunction()
