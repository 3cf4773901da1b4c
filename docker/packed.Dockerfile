# An image with a static driver that was built on the host. It needs no base image and no network.
# docker/image.sh creates the directory with the files.
#
#   packed   the driver alone
#   shell    the driver and busybox, for an interactive shell: `make shell`
FROM scratch AS packed
COPY driver /driver
ENTRYPOINT ["/driver"]

FROM packed AS shell
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/:/bin
ENTRYPOINT ["/bin/sh"]
