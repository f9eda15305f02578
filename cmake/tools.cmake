# Helpers that speed a build up where they are installed; nothing depends on them.
find_program(LOANBOOK_CCACHE ccache)
if(LOANBOOK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The two looser rules are what ccache asks for where headers are precompiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${LOANBOOK_CCACHE})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()
find_program(LOANBOOK_MOLD mold)
if(LOANBOOK_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
