# What every target of ours is compiled with: link `runner_flags` privately.
add_library(runner_flags INTERFACE)
target_include_directories(runner_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(runner_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(RUNNER_WERROR)
  target_compile_options(runner_flags INTERFACE -Werror)
endif()
if(RUNNER_SANITIZE)
  target_compile_options(runner_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                                -fno-omit-frame-pointer)
  target_link_options(runner_flags INTERFACE -fsanitize=address,undefined)
endif()

find_program(RUNNER_CCACHE ccache)
if(RUNNER_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${RUNNER_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${RUNNER_CCACHE})
endif()

# A folder's library: runner_library(core SOURCES a.cpp b.cpp LINKS fmt::fmt). Its name is runner_<folder>.
function(runner_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(runner_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(runner_${name} PUBLIC ${ARG_LINKS} PRIVATE runner_flags ${ARG_PRIVATE_LINKS})
  target_include_directories(runner_${name} PUBLIC ${PROJECT_SOURCE_DIR})
endfunction()
