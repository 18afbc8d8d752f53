# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
#
# To be sourced by bash or zsh after `make setup`: ". ./env.sh". Activates the virtual environment
# and the built workspace, and makes Fast DDS deliver whole images (config/fastdds.xml).

if [ -n "${ZSH_VERSION:-}" ]; then
  eval '_rtmdl_root=${${(%):-%x}:A:h}'  # hidden from bash, which cannot parse it
  _rtmdl_shell=zsh
else
  _rtmdl_root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
  _rtmdl_shell=bash
fi

if [ -f "$_rtmdl_root/install/local_setup.$_rtmdl_shell" ]; then
  . "$_rtmdl_root/.venv/bin/activate"
  # Without a sourced ROS 2 the wheels in the virtual environment are the ROS 2 to build upon.
  [ -n "${ROS_DISTRO:-}" ] || export AMENT_PREFIX_PATH="$VIRTUAL_ENV"
  . "$_rtmdl_root/install/local_setup.$_rtmdl_shell"
  # Two names of one setting: Fast DDS 2 (Humble, Jazzy) and Fast DDS 3.
  export FASTRTPS_DEFAULT_PROFILES_FILE="${FASTRTPS_DEFAULT_PROFILES_FILE:-$_rtmdl_root/config/fastdds.xml}"
  export FASTDDS_DEFAULT_PROFILES_FILE="${FASTDDS_DEFAULT_PROFILES_FILE:-$_rtmdl_root/config/fastdds.xml}"
else
  echo "env.sh: nothing is built yet in $_rtmdl_root; run 'make setup' first" >&2
  unset _rtmdl_root _rtmdl_shell
  return 1
fi
unset _rtmdl_root _rtmdl_shell
