#include "pages/channel.hpp"

#include <gtest/gtest.h>

namespace mekenjai::pages {
namespace {

TEST(Channel, IsToldByTheFirstFolderOfThePath) {
  EXPECT_EQ(channel_of("/m"), Channel::mobile);
  EXPECT_EQ(channel_of("/m/history?after=1"), Channel::mobile);
  EXPECT_EQ(channel_of("/m?lang=kk"), Channel::mobile);
  EXPECT_EQ(channel_of("/messages"), Channel::portal);
  EXPECT_EQ(channel_of("/kiosk/apply/who"), Channel::kiosk);
  EXPECT_EQ(channel_of("/kiosks"), Channel::portal);
  EXPECT_EQ(channel_of("/"), Channel::portal);
}

TEST(Channel, LeavesThePathOfTheHouse) {
  EXPECT_EQ(without_prefix("/m"), "/");
  EXPECT_EQ(without_prefix("/m/history?after=1"), "/history?after=1");
  EXPECT_EQ(without_prefix("/kiosk/"), "/");
  EXPECT_EQ(without_prefix("/messages"), "/messages");
}

TEST(Channel, KeepsAddressesThatAllDoorsShare) {
  for (const std::string_view shared :
       {"/assets/app-0123456789.js", "/sandbox", "#main", "https://egov.kz", ""})
    EXPECT_TRUE(is_shared(shared)) << shared;
  for (const std::string_view own : {"/", "/history", "/assetsx"})
    EXPECT_FALSE(is_shared(own)) << own;
}

}  // namespace
}  // namespace mekenjai::pages
