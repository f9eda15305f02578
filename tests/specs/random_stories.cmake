# COUNT random stories from SEED on, written to PAGE by the model and run by the engine. More: run with other values of both.
execute_process(COMMAND ${PYTHON} -B ${SCRIPT} ${COUNT} ${SEED} OUTPUT_FILE ${PAGE} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "the model failed")
endif()
execute_process(COMMAND ${SPEC} ${PAGE} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "the engine and the model differ: ${PAGE}")
endif()
