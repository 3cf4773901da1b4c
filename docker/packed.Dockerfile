# A driver that was built on the host, static, alone in an image: needs no base image, works without a network.
# docker/image.sh makes the directory that it takes files from.
#
#   packed   the driver alone
#   shell    the same and busybox, for a look around inside: `make shell`
FROM scratch AS packed
COPY driver /driver
ENTRYPOINT ["/driver"]

FROM packed AS shell
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/:/bin
ENTRYPOINT ["/bin/sh"]
