# Runs without the privileges that real-time priorities need.
set(OSAL_CONFIG_DEBUG_PERMISSIVE_MODE TRUE)
