"""The streaming encoder of sigmalang, on libsqrtspace."""
