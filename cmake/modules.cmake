# One static library a folder of src/, its tests, fuzzers and their corpora found by their names.
#
#   x.cpp -> library     x_test.cpp -> <module>_test     x_fuzz.cpp -> one fuzzer each
#
# With TANDEM_FUZZ the fuzzers are built with libFuzzer; without it each becomes a program that
# replays tests/corpus/<stem>/ and is part of the tests.

find_package(Boost 1.74 REQUIRED COMPONENTS json)
find_package(OpenSSL REQUIRED)
find_package(Protobuf REQUIRED)
find_package(RocksDB REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(Threads REQUIRED)
enable_testing()
add_custom_target(unit_tests)   # everything that ctest needs
add_custom_target(fuzzers)

add_library(tandem_flags INTERFACE)
target_include_directories(tandem_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/proto)
target_compile_options(tandem_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${TANDEM_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)
if(TANDEM_SANITIZE)
  target_compile_options(tandem_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(tandem_flags INTERFACE -fsanitize=address,undefined)
endif()
if(TANDEM_FUZZ)
  target_compile_options(tandem_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
  target_link_options(tandem_flags INTERFACE -fsanitize=address,undefined)
endif()

set(TANDEM_MODULES "" CACHE INTERNAL "")

function(tandem_module name)
  cmake_parse_arguments(ARG "PROTO" "" "USES;LINKS" ${ARGN})
  set(dir ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "^${dir}/main/")
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench)\\.cpp$")

  set(links ${ARG_LINKS} tandem_flags)
  foreach(used ${ARG_USES})
    if(NOT TARGET tandem_${used})
      message(FATAL_ERROR "module ${name} uses ${used}, which is not above it")
    endif()
    list(APPEND links tandem_${used})
  endforeach()

  if(ARG_PROTO)
    file(GLOB protos CONFIGURE_DEPENDS ${dir}/*.proto)
    foreach(proto ${protos})
      get_filename_component(stem ${proto} NAME_WE)
      set(out ${CMAKE_BINARY_DIR}/proto/${name}/${stem}.pb)
      add_custom_command(OUTPUT ${out}.cc ${out}.h
        COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/proto
        COMMAND protobuf::protoc -I ${CMAKE_SOURCE_DIR}/src --cpp_out=${CMAKE_BINARY_DIR}/proto ${proto}
        DEPENDS ${protos})
      list(APPEND sources ${out}.cc)
      set_source_files_properties(${out}.cc PROPERTIES COMPILE_OPTIONS "-w")
    endforeach()
  endif()

  if(sources)
    add_library(tandem_${name} STATIC ${sources})
    target_link_libraries(tandem_${name} PUBLIC ${links})
  else()
    add_library(tandem_${name} INTERFACE)
    target_link_libraries(tandem_${name} INTERFACE ${links})
  endif()
  if(tests)
    add_executable(${name}_test ${tests})
    target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    target_link_libraries(${name}_test tandem_${name} GTest::gtest GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name}_test)
    add_dependencies(unit_tests ${name}_test)
  endif()
  foreach(fuzzer ${fuzzers})
    get_filename_component(stem ${fuzzer} NAME_WE)
    add_executable(${stem} ${fuzzer})
    target_include_directories(${stem} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    target_link_libraries(${stem} tandem_${name})
    add_dependencies(fuzzers ${stem})
    add_dependencies(unit_tests ${stem})
    if(TANDEM_FUZZ)
      target_link_options(${stem} PRIVATE -fsanitize=fuzzer)
    else()
      target_sources(${stem} PRIVATE ${CMAKE_SOURCE_DIR}/tests/replay_main.cpp)
      add_test(NAME corpus.${stem} COMMAND ${stem} ${CMAKE_SOURCE_DIR}/tests/corpus/${stem})
    endif()
  endforeach()
endfunction()

function(tandem_executable name source module)
  if(EXISTS ${CMAKE_SOURCE_DIR}/${source})
    add_executable(${name} ${source})
    target_link_libraries(${name} tandem_${module})
  endif()
endfunction()
